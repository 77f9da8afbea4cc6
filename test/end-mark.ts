/** Stands before the exit code of a file, on a line of its own behind what the file has printed. */
export const endMark = '\u0000end '
