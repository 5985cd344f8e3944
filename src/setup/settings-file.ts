import { accessSync, constants, existsSync } from 'node:fs'
import { dataEnvFile } from '../base/config.ts'
import { makeFolder } from '../base/make-folder.ts'

/** Where the settings are kept: beside the program as ever, or beside the data where the program's folder is not to be written to. */
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
