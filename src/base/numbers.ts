/** "1 reply", "3 replies". */
export const plural = (number: number, one: string, several = `${one}s`): string =>
  `${number} ${number === 1 ? one : several}`

/** "85 %". */
export const percent = (share: number): string => `${Math.round(share * 100)} %`

export const sum = (numbers: Iterable<number>): number =>
  [...numbers].reduce((total, number) => total + number, 0)
