import { Option } from '@commander-js/extra-typings'
import { createCommand } from '../../lib/cli.ts'
import { backendKinds, backendProviders, backendRows } from '../../local/machines/backends.ts'

export const command = createCommand({
  name: 'local-up',
  summary:
    'Starts the local twin: an emulated Hetzner Cloud on loopback whose servers are real machines on this computer, and a little internet around it: root and parent zone, registrar, resolver. Needs Linux, and root or a space (local/space.sh). Running it again repairs what is missing.',
  background:
    'Machines are made with one of the backends below; without --backend it is the first that works here. What each needs on this computer says --doctor. A twin keeps its backend until local-down.',
  choices: backendRows.map(({ kind, summary }) => [kind, summary]),
  examples: [
    ['', 'start it, the first time with making the image of the machines (a minute)'],
    ['--state /var/tmp/twin', 'a second twin beside the first'],
    ['--doctor', 'what would work here, what not, and the command that mends it'],
    ['--backend vagrant --provider libvirt', 'with real virtual machines'],
    ['--rebuild-image', 'after new packages have come to the archive'],
  ],
})
  .option('--state <directory>', 'where everything about this twin is kept', 'local/.state')
  .addOption(
    new Option('--backend <name>', 'what the machines are made with').choices(backendKinds).env('LOCAL_BACKEND'),
  )
  .addOption(
    new Option('--provider <name>', 'of a backend that has several; by default the first that works').choices(
      backendProviders,
    ),
  )
  .option('--box <name>', 'NAME[@VERSION] of a box of Vagrant, or an image of Multipass, instead of ours')
  .option('--doctor', 'only say what each backend needs on this computer')
  .option('--rebuild-image', 'make the image of the machines anew; running machines keep theirs')
  .option('--json', 'print events on stdout, one JSON object a line')
  .option('--verbose', 'print where an unforeseen error came from')
