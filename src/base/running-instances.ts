export interface RunningInstance extends InstanceFacts {
  id: string
}

/** What an instance says of itself. */
export interface InstanceFacts {
  host: string
  version: string
  sinceMs: number
  isHead: boolean
  /** The Pages that it keeps. */
  pages: string[]
  /** Marks by name, such as one of the app secret: equal where what they stand for is, and saying nothing of it. */
  marks: Record<string, string>
}

/** What is not the same on all instances, by the names of their marks. */
export const differencesOf = (instances: readonly Pick<RunningInstance, 'marks'>[]): string[] => {
  const names = new Set(instances.flatMap(({ marks }) => Object.keys(marks)))
  const of = (name: string): Set<string> => new Set(instances.map(({ marks }) => marks[name] ?? ''))
  return [...names].filter((name) => of(name).size > 1).toSorted()
}
