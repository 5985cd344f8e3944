/** An instance that works on the database, as all instances see it. */
export interface RunningInstance {
  /** Identifies this run of the instance. */
  id: string
  host: string
  version: string
  sinceMs: number
  isHead: boolean
  /** The Pages that it keeps. */
  pages: string[]
  /**
   * Marks by name, such as that of the app secret: equal for equal values, without revealing them. Null if the instance has not
   * stored them yet, or is of a version that stores them elsewhere.
   */
  marks: Record<string, string> | null
}

/** The instances that share the database, including this process. */
export interface RunningInstances {
  self: string
  /** The instances as of the last beat; those that have run longest come first. */
  list: () => readonly RunningInstance[]
  /** Sets the marks of this instance, for the others to compare. */
  mark: (marks: Record<string, string>) => void
}

/** The names of the marks that differ between instances, including `version`. */
export const differencesOf = (instances: readonly Pick<RunningInstance, 'version' | 'marks'>[]): string[] => {
  const names = new Set(instances.flatMap(({ marks }) => Object.keys(marks ?? {})))
  return [...names, 'version'].filter((name) => groupsOf(name, instances).length > 1).toSorted()
}

/** Groups instances that have the same mark of this name. Instances without it, such as older versions, are left out. */
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
