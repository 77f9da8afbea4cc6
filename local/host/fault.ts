/** Something that is not as it has to be, and the command that mends it. */
export interface Fault {
  readonly detail: string
  readonly remedy: string
}
