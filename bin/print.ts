/** Prints a text and ends the process: with 1 if the text could not be written, as on a full disk. */
export const printAndExit = (text: string): Promise<never> =>
  new Promise(() => {
    process.stdout.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      // After `EPIPE` the reader has closed the pipe, as `head` does.
      if (!error || error.code === 'EPIPE') process.exit(0)
      process.stderr.write(`The output could not be written (${error.code ?? error.message}).\n`)
      process.exit(1)
    })
  })
