/** What a command ends with when it fails: a line or more on standard error, and an exit code. */
export class Complaint extends Error {
  readonly code: number

  constructor(message: string, code: number) {
    super(message)
    this.code = code
  }
}

/** Multipass's code for a wrong command line. */
export const wrongUsage = (message: string): Complaint => new Complaint(message, 1)

/** Multipass's code for a command that its daemon refused or could not do. */
export const failed = (command: string, reason: string): Complaint => new Complaint(`${command} failed: ${reason}`, 2)

export const missingInstance = (command: string, name: string): Complaint =>
  command === 'start'
    ? failed('start', `instance(s) missing\nInstance '${name}' does not exist.`)
    : failed(command, `The following errors occurred:\ninstance "${name}" does not exist`)
