import { runCommand } from '../lib/cli.ts'
import { createSignZonesCommand, runSignZones } from '../lib/operations/sign-zones.ts'

const command = createSignZonesCommand()
await runCommand(command, (options, interrupt) => runSignZones(command.processedArgs, options, interrupt))
