/** Runs a task after those that were given before it. A task that fails does not keep the next one from running. */
export type InTurn = <Result>(task: () => Result | Promise<Result>) => Promise<Result>

export const createInTurn = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task, task)
    last = result
    return result
  }
}
