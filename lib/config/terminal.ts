/** Whether the terminal can do no more than print lines, as that of Emacs' shell: what moves a cursor would be shown as rubbish there. */
export const isDumb = (): boolean => process.env.TERM === 'dumb'
