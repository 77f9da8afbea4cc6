/** What Ansible needs of the shell to run at all and to reach the operator's key. */
const needed = ['PATH', 'HOME', 'TMPDIR', 'SSH_AUTH_SOCK'] as const
/** What a shell may choose: how plays are carried out (Mitogen), never what they do, where, or how it is told. */
const steering = ['ANSIBLE_STRATEGY', 'ANSIBLE_STRATEGY_PLUGINS'] as const

export interface PlaybookPaths {
  /** The only ansible.cfg that is read. */
  readonly config: string
  /** In place of `~/.ansible`, whose plugins would take part, and into which two runs at once would write. */
  readonly home: string
}

/**
 * The whole environment of `ansible-playbook`, given that of the shell: any of Ansible's settings can come as a variable
 * (`ansible-config list`), and Python has more of them.
 */
export const playbookEnvironment = (
  shell: NodeJS.Dict<string>,
  { config, home }: PlaybookPaths,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    [...needed, ...steering].flatMap((name) => (shell[name] === undefined ? [] : [[name, shell[name]]])),
  ),
  // it refuses to run in a locale that is not UTF-8, or not installed
  LC_ALL: 'C.UTF-8',
  ANSIBLE_CONFIG: config,
  ANSIBLE_HOME: home,
  ANSIBLE_NOCOLOR: '1',
  // with the strategy `free`, the headline of a task comes when it is over
  ANSIBLE_SHOW_PER_HOST_START: '1',
})
