/** Runs tasks one after the other, in the order of the calls. After a task that fails, the next one runs as well. */
export type InTurn = <Result>(task: () => Result | Promise<Result>) => Promise<Result>

export const createInTurn = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task, task)
    last = result
    return result
  }
}
