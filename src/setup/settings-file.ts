import { accessSync, constants, existsSync } from 'node:fs'
import { dataEnvFile } from '../base/config.ts'
import { makeFolder } from '../base/make-folder.ts'

/** The file for the settings: `.env` in the working folder, or in the data folder if the first one cannot be written. */
export const settingsFile = (dataDir: string): string => {
  if (mayWrite('.') && (!existsSync('.env') || mayWrite('.env'))) return '.env'
  try {
    makeFolder(dataDir, 0o700)
  } catch {
    // The error is reported when the file is written.
  }
  return dataEnvFile(dataDir)
}

const mayWrite = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
