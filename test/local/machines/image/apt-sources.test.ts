import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { optionsOf, sourcesOf } from '../../../../local/machines/image/apt-sources.ts'

const test = suite('local/machines/image/apt-sources')

test('takes the main archives of Debian 12 from what apt uses, each once', () => {
  const targets = `Packages|Debian|http://mirror.test/debian/|bookworm|main
Packages|Debian|http://mirror.test/debian/|bookworm|main
Packages|Debian|http://mirror.test/debian/|bookworm|contrib
Packages|Debian|http://mirror.test/debian/|trixie|main
Packages|Debian-Security|https://mirror.test/debian-security/|bookworm-security|main
Packages|Somebody|http://elsewhere.test/|bookworm|main
Translations|Debian|http://mirror.test/debian/|bookworm|main
`
  assert.equal(sourcesOf(targets), [
    'deb http://mirror.test/debian bookworm main',
    'deb http://HTTPS///mirror.test/debian-security bookworm-security main',
  ])
  assert.equal(sourcesOf(''), [])
})

test('carries over what a frozen mirror needs, and nothing else', () => {
  const dump = 'Acquire::Check-Valid-Until "false";\nAcquire::http::Proxy "x";\nAPT::Architecture "amd64";\n'
  assert.equal(optionsOf(dump), ['Acquire::Check-Valid-Until "false";'])
})

test.run()
