import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findProgram } from '../../../../lib/outside/program.ts'
import { openPrivateKey } from '../../../../lib/zones/signing/private-key.ts'
import { signZones } from '../../../../lib/zones/signing/sign-zones.ts'
import { withVariable } from '../../with-variable.ts'
import { compileFixture, withOwnTmpdir } from '../fixture.ts'
import { rules, withKeyFolder } from './fixture.ts'

const test = suite('lib/zones/signing/secrets')

const watched = ['age', 'dnssec-keygen', 'dnssec-signzone', 'dnssec-verify', 'named-compilezone']

/** Stands in front of a program: notes its words, its variables, and the files with a private key below TMPDIR, while the program is to run. */
const watcherOf = (program: string, real: string, notes: string): string => `#!/bin/sh
{ printf '%s ' "$0" "$@"; env; } >> '${notes}'
[ ${program} = dnssec-keygen ] || grep -rl 'PrivateKey' "$TMPDIR" | sed 's/^/FILE ${program} /' >> '${notes}'
exec '${real}' "$@"
`

test('while zones are signed no file has a private key by name, and no program is told it by words or variables', () =>
  withKeyFolder(async ({ folder, scratch, identity, make }) => {
    const bin = path.join(scratch, 'bin')
    const notes = path.join(scratch, 'notes')
    await mkdir(bin)
    for (const program of watched) {
      const real = await findProgram(program)
      if (real === undefined) throw new Error(`${program} is not installed`)
      await writeFile(path.join(bin, program), watcherOf(program, real, notes))
      await chmod(path.join(bin, program), 0o755)
    }
    const zones = await compileFixture()
    await withVariable('PATH', `${bin}:${process.env.PATH}`, () =>
      withOwnTmpdir(async () => {
        const keys = [await make('example.test.')]
        // for the making of a key its two halves are in a folder that nobody else may enter
        const made = await readFile(notes, 'utf8')
        assert.match(made, /dnssec-keygen -q/)
        await writeFile(notes, '')
        await signZones(zones, { ...rules, folder, keys, identity })
        const noted = await readFile(notes, 'utf8')
        for (const program of watched.filter((one) => one !== 'dnssec-keygen'))
          assert.ok(noted.includes(`${bin}/${program} `), program)
        assert.not.match(noted, /^FILE /m)
        const [key] = keys
        if (!key) throw new Error('a key was made')
        const [, scalar = ''] = /PrivateKey: (\S+)/.exec(await openPrivateKey(key, { folder, identity })) ?? []
        assert.is(scalar.length, 44)
        assert.not.ok(`${made}${noted}`.includes(scalar))
      }),
    )
  }))

test.run()
