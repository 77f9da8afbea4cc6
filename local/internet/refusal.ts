/** What the registrar refuses, in the terms of its API. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const invalidInput = (message: string): Refusal => new Refusal(422, 'invalid_input', message)

export const notFound = (what: string): Refusal => new Refusal(404, 'not_found', `${what} is not known here`)
