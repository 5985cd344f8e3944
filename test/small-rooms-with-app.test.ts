import { runRooms } from './helpers/room.ts'

await runRooms('app', 'assistant', 'cookbook', 'cures', 'editing', 'setup')
