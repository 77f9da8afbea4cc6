// Of the machine and not of the zones: whatever depends on variables, and where it listens.
const isAboutTheMachine = (line: string): boolean => /\{\{|\{%|^\s*listen-on/.test(line)

const trialOptions = '  pid-file none; session-keyfile none; listen-on { none; }; listen-on-v6 { none; };'

/**
 * named.conf as the role writes it, for a trial in a folder: the same options and the same stanza for each zone, but no port, no control
 * channel, and every file in the folder, where a zone's is `db.<name>`.
 * @param template the role's named.conf.j2, of which no more is understood than its loop over the zones.
 */
export const trialConfig = (
  template: string,
  { folder, names }: { readonly folder: string; readonly names: readonly string[] },
): string => {
  const stanzas = (_loop: string, stanza: string): string =>
    names.map((name) => stanza.replaceAll('{{ zone.origin }}', () => name)).join('')
  const lines = template
    .replace(/\{% for zone in nameserver_zones %\}([\s\S]*?)\{% endfor %\}/, stanzas)
    .replaceAll('/etc/bind/', () => `${folder}/`)
    .replaceAll('/var/cache/bind', () => folder)
    .split('\n')
  const kept = lines.filter((line) => !isAboutTheMachine(line)).join('\n')
  return `${kept.replace(/^options \{/m, (start) => `${start}\n${trialOptions}`)}\ncontrols { };\n`
}
