import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { firewallRulesOf, isSameRules } from '../../../lib/tasks/firewall-rules.ts'

const rules = suite('lib/tasks/firewall-rules')

const operators = ['198.18.0.0/15', '2001:2::/48']

const openTo = (role: 'nameserver' | 'lb', port: string): readonly string[] => [
  ...new Set(
    firewallRulesOf(role, operators)
      .filter((rule) => rule.port === port)
      .flatMap((rule) => rule.source_ips ?? []),
  ),
]

rules('the world may ask the lbs, and only operators the nameservers', () => {
  assert.equal(openTo('lb', '53'), ['0.0.0.0/0', '::/0'])
  assert.equal(openTo('nameserver', '53'), operators)
})

rules('SSH and the preview ports are for operators', () => {
  assert.equal(openTo('lb', '22'), operators)
  assert.equal(openTo('nameserver', '22'), operators)
  assert.equal(openTo('lb', '5311-5312'), operators)
})

rules('are the same in any order, and differ when a source does', () => {
  const lb = firewallRulesOf('lb', operators)
  assert.ok(isSameRules(lb, [...lb].reverse()))
  assert.not(isSameRules(lb, firewallRulesOf('lb', ['198.18.0.0/15'])))
  assert.not(isSameRules(lb, lb.slice(1)))
})

rules.run()
