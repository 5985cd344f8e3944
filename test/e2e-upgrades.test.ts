import { runRooms } from './helpers/room.ts'

await runRooms('e2e-upgrades')
