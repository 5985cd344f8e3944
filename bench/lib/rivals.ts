import { startProduct } from '../subjects/product.ts'
import { makeFolder, startSubject, type Subject } from './processes.ts'

export interface Rival {
  name: string
  /** @param folder - where its database is, or will be */
  start: (graphPort: number, folder?: string) => Promise<Subject>
}

/** The same in one file. */
export const E: Rival = {
  name: 'E',
  start: (graphPort, folder = makeFolder()) =>
    startSubject('reference/whole.ts', { GRAPH_URL: `http://127.0.0.1:${graphPort}` }, folder),
}

export const EVERGREEN: Rival = {
  name: 'Evergreen',
  start: (graphPort, folder) => startProduct(graphPort, folder),
}

/** The programs that answer, the reference first. */
export const RIVALS = [E, EVERGREEN]
