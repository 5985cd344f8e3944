import { runRooms } from './helpers/room.ts'

await runRooms(
  'alerts',
  'base',
  'findings',
  'forms',
  'metrics',
  'outgoing',
  'people',
  'profile',
  'terminal',
  'token',
  'web',
  'webhook',
)
