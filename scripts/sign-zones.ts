import { runCommand } from '../lib/cli.ts'
import { createSignZonesCommand, runSignZones } from '../lib/operations/sign-zones.ts'

const command = createSignZonesCommand()
await runCommand(command, (options) => runSignZones(command.processedArgs, options))
