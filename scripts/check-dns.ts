import { runCommand } from '../lib/cli.ts'
import { createCheckDnsCommand, runCheckDns } from '../lib/operations/check-dns.ts'

await runCommand(createCheckDnsCommand(), runCheckDns)
