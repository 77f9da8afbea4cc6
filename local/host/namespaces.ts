import { readdir } from 'node:fs/promises'

/** Names of the network namespaces `ip netns` knows that begin with `prefix`. */
export const findNamespaces = async (prefix: string): Promise<readonly string[]> =>
  (await readdir('/run/netns').catch(() => [])).filter((name) => name.startsWith(prefix)).sort()
