import type { OperationName } from './operations.ts'

const common = ['yes', 'verbose', 'json', 'dry-run', 'lock-wait', 'env-file', 'config']
const options: Readonly<Record<OperationName, readonly string[]>> = {
  bootstrap: ['register'],
  deploy: ['yes-delete', 'keep-old', 'fresh'],
  update: ['only', 'config-only', 'keep-old'],
  rotate: ['yes-delete', 'wait', 'no-wait', 'force-after', 'abandon'],
  rollback: ['of', 'yes-delete', 'keep-old'],
}

const scripts: Readonly<Record<string, OperationName>> = {
  'bootstrap-infra': 'bootstrap',
  'deploy-infra': 'deploy',
  'update-lbs': 'update',
  'rotate-lbs': 'rotate',
  'rollback-infra': 'rollback',
}

/** From the error on; before it is what was planned and done. */
export const errorIn = (stderr: string): string => stderr.slice(Math.max(0, stderr.lastIndexOf('\nerror: ')))

/** Options that an error advises, and that the script it is about does not have. */
export const unknownOptionsIn = (error: string, name: OperationName): readonly string[] =>
  [...error.matchAll(/(?:\b([a-z]+-(?:infra|lbs)) )?--([a-z-]+)/g)].flatMap(([text, script, option = '']) => {
    const about = (script === undefined ? undefined : scripts[script]) ?? name
    return [...common, ...options[about]].includes(option) ? [] : [text]
  })

const ofOld =
  /no traffic|serves? as before|serves? as they did|switched back|taken back|old nameservers serve|go where they went before|nothing was changed|old and new lbs both serve/i
const ofNew =
  /new nameservers|with what is new|served before serves again|gone back to|every pair answers|new lbs|points? at the new/i

/** Where an error says that traffic is: with the old, with the new or with both; undefined when it says nothing of it. */
export const saidIn = (error: string): 'old' | 'new' | 'both' | undefined => {
  const [isOld, isNew] = [ofOld.test(error), ofNew.test(error)]
  return isOld && isNew ? 'both' : isOld ? 'old' : isNew ? 'new' : undefined
}
