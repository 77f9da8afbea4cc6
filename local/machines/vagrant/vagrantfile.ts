/** What a Vagrantfile says, whatever the provider. */
export interface VagrantfileContent {
  /** Of the machine, for the provider too. */
  readonly name: string
  readonly provider: string
  readonly box: { readonly name: string; readonly version?: string }
  /** Command that succeeds once commands can be run inside. */
  readonly ready: readonly string[]
  readonly bootTimeoutSeconds: number
  /** Lines of Ruby about `config`, such as networks. */
  readonly config: readonly string[]
  /** Lines of Ruby about `machine`, the provider's own settings. */
  readonly machine: readonly string[]
}

/** A string literal of Ruby in which nothing is replaced. */
export const ruby = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/**
 * A Vagrantfile of one machine. Commands reach it neither by ssh nor through its cards: these have no address yet, and later a
 * firewall inside may let in whom it likes. So the communicator, which is how Vagrant finds out that a machine is up, is ours.
 */
export const vagrantfileText = ({ box, ...content }: VagrantfileContent): string =>
  `unless defined?(TwinCommunicator)
  class TwinCommunicator < Vagrant.plugin('2', :communicator)
    def ready?
      system(${content.ready.map(ruby).join(', ')}, in: File::NULL, out: File::NULL, err: File::NULL)
    end
  end
  Class.new(Vagrant.plugin('2')) do
    name 'twin'
    communicator('twin') { TwinCommunicator }
  end
end

Vagrant.configure('2') do |config|
${indented(1, [
  `config.vm.box = ${ruby(box.name)}`,
  ...(box.version === undefined ? [] : [`config.vm.box_version = ${ruby(box.version)}`]),
  `config.vm.define ${ruby(content.name)}`,
  'config.vm.box_check_update = false',
  'config.vm.communicator = :twin',
  // otherwise it is found out by commands
  'config.vm.guest = :linux',
  `config.vm.boot_timeout = ${content.bootTimeoutSeconds}`,
  "config.vm.synced_folder '.', '/vagrant', disabled: true",
  ...content.config,
])}
  config.vm.provider :${content.provider} do |machine|
${indented(2, content.machine)}
  end
end
`

const indented = (depth: number, lines: readonly string[]): string =>
  lines.map((line) => `${'  '.repeat(depth)}${line}`).join('\n')
