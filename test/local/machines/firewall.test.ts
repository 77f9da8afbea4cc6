import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runOrFail } from '../../../local/host/run.ts'
import { firewallText } from '../../../local/machines/firewall.ts'

const test = suite('local/machines/firewall')

const rulesOf = (text: string, chain: string): string[] =>
  (new RegExp(`chain ${chain} \\{\n([^}]*)\\}`).exec(text)?.[1] ?? '')
    .trim()
    .split('\n')
    .map((line) => line.trim())

test('lets everything pass without a firewall', () => {
  assert.is(firewallText(5, null), 'table inet m5\ndelete table inet m5\n')
})

test('a firewall without rules lets nothing in and everything out', () => {
  const text = firewallText(5, [])
  assert.equal(rulesOf(text, 'inbound'), ['ct state established,related accept', 'drop'])
  assert.equal(rulesOf(text, 'outbound'), ['accept'])
})

test('a rule becomes a line a peer, in its direction and family', () => {
  const text = firewallText(5, [
    { direction: 'in', protocol: 'tcp', port: '22', peers: ['198.18.0.0/15', '2001:2::/48'] },
    { direction: 'in', protocol: 'icmp', port: null, peers: ['0.0.0.0/0', '::/0'] },
    { direction: 'out', protocol: 'udp', port: null, peers: ['198.18.0.1/32'] },
  ])
  assert.equal(rulesOf(text, 'inbound'), [
    'ct state established,related accept',
    'ip saddr 198.18.0.0/15 tcp dport 22 accept',
    'ip6 saddr 2001:2::/48 tcp dport 22 accept',
    'meta nfproto ipv4 meta l4proto icmp accept',
    'meta nfproto ipv6 meta l4proto ipv6-icmp accept',
    'drop',
  ])
  assert.equal(rulesOf(text, 'outbound'), [
    'ct state established,related accept',
    'ip daddr 198.18.0.1/32 meta l4proto udp accept',
    'drop',
  ])
})

test('nft takes the text, again and again, for every protocol', async () => {
  const protocols = ['tcp', 'udp', 'icmp', 'esp', 'gre'] as const
  const text = firewallText(
    5,
    protocols.map((protocol) => ({
      direction: 'in' as const,
      protocol,
      port: protocol === 'tcp' || protocol === 'udp' ? '1024-5000' : null,
      peers: ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '::/0'],
    })),
  )
  const load = `nft -f - <<'END'\n${text}END\n`
  await runOrFail(['unshare', '--net', 'sh', '-ec', `${load}${load}nft list table inet m5`])
})

test.run()
