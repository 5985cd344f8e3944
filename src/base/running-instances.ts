/** An instance that works on the database, as every one sees it. */
export interface RunningInstance {
  /** Names this run of it. */
  id: string
  host: string
  version: string
  sinceMs: number
  isHead: boolean
  /** The Pages that it keeps. */
  pages: string[]
  /**
   * Marks by name, such as one of the app secret: equal where what they stand for is, and saying nothing of it. Null where it
   * has not said them yet, or is of a version that says them elsewhere.
   */
  marks: Record<string, string> | null
}

/** The list of those that share the database, of which this process is one. */
export interface RunningInstances {
  self: string
  /** As of the last beat; those that have run longest come first. */
  list: () => readonly RunningInstance[]
  /** What this one has from now on, for the others to compare. */
  mark: (marks: Record<string, string>) => void
}

/** The names of the marks that differ between instances, and `version` where that differs. */
export const differencesOf = (instances: readonly Pick<RunningInstance, 'version' | 'marks'>[]): string[] => {
  const names = new Set(instances.flatMap(({ marks }) => Object.keys(marks ?? {})))
  return [...names, 'version'].filter((name) => groupsOf(name, instances).length > 1).toSorted()
}

/** Instances that have the same of what is named, together; those that have not said it, such as older versions, are left out. */
export const groupsOf = <Instance extends Pick<RunningInstance, 'version' | 'marks'>>(
  name: string,
  instances: readonly Instance[],
): Instance[][] => {
  const said = instances.filter(({ marks }) => name === 'version' || marks?.[name] !== undefined)
  return [
    ...Map.groupBy(said, ({ version, marks }) =>
      name === 'version' ? version : (marks?.[name] ?? ''),
    ).values(),
  ]
}
