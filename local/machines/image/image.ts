import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../../lib/errors.ts'
import { runOrFail } from '../../host/run.ts'
import { readAptSources } from './apt-sources.ts'
import { debian12, type ImageRecipe, imageName } from './recipe.ts'

export interface ImageOptions {
  readonly cacheDir: string
  /** By default made of what this computer's apt uses, which takes a second to find out. */
  readonly recipe?: ImageRecipe
  /** Makes a new one although there is one; machines of the old go on with theirs. */
  readonly rebuild?: boolean
  readonly report?: (text: string) => void
}

const imagesDirectory = (cacheDir: string): string => path.join(cacheDir, 'images')

/**
 * The directory of the Debian 12 image, made with mmdebstrap if it is not there (a minute). Twins of several checkouts share
 * it; whoever comes second waits for the first to finish.
 * @throws InfraError if the archive cannot be read or a package is missing
 */
export const ensureImage = async ({ cacheDir, rebuild = false, report, ...given }: ImageOptions): Promise<string> => {
  const recipe = given.recipe ?? (await readRecipe())
  const images = imagesDirectory(cacheDir)
  const existing = await findImage(images, imageName(recipe))
  if (existing !== undefined && !rebuild) return existing
  report?.(`making ${imageName(recipe)} with mmdebstrap, about a minute`)
  await mkdir(images, { recursive: true })
  return buildImage(images, recipe, rebuild)
}

export const readRecipe = async (): Promise<ImageRecipe> => {
  const { sources, options } = await readAptSources()
  return debian12(sources, options)
}

/** Images made of one recipe differ in a number at the end: the last one counts. */
const findImage = async (images: string, name: string): Promise<string | undefined> => {
  const made = (await readdir(images).catch(() => [])).filter((entry) => entry.startsWith(`${name}.`)).sort()
  const last = made.at(-1)
  return last === undefined ? undefined : path.join(images, last)
}

const buildImage = async (images: string, recipe: ImageRecipe, rebuild: boolean): Promise<string> => {
  const scratch = await mkdtemp(path.join(images, 'making-'))
  try {
    const name = imageName(recipe)
    const target = path.join(images, `${name}.${Math.floor(Date.now() / 1000)}`)
    await stage(path.join(scratch, 'files'), recipe)
    await writeFile(path.join(scratch, 'finish.sh'), recipe.finish)
    // under the lock: somebody else may have made the same image while we waited
    const build = `${rebuild ? '' : `ls -d ${images}/${name}.* >/dev/null 2>&1 ||`} { "$@" && mv ${scratch}/root ${target}; }`
    await runOrFail(
      ['flock', path.join(images, 'lock'), 'sh', '-c', build, 'sh', ...mmdebstrapCommand(recipe, scratch)],
      {
        input: recipe.sources.map((line) => `${line}\n`).join(''),
      },
    )
    return (await findImage(images, name)) ?? target
  } catch (cause) {
    throw new InfraError(
      `The image of the machines could not be made: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: 'Look whether `apt-get update` works on this computer; the image is made from the same archive.',
        cause,
      },
    )
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

const stage = async (directory: string, recipe: ImageRecipe): Promise<void> => {
  await mkdir(directory, { recursive: true })
  for (const file of recipe.files) {
    const target = path.join(directory, file.path)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, file.text)
    await chmod(target, file.mode)
  }
}

/** Arguments of mmdebstrap; it reads the apt sources from its input. */
export const mmdebstrapCommand = (recipe: ImageRecipe, scratch: string): readonly string[] => [
  'mmdebstrap',
  '--variant=minbase',
  '--quiet',
  `--include=${recipe.packages.join(',')}`,
  ...recipe.aptOptions.map((option) => `--aptopt=${option.replace(/;$/, '')}`),
  `--customize-hook=sync-in ${scratch}/files /`,
  `--customize-hook=sh ${scratch}/finish.sh "$1"`,
  recipe.suite,
  `${scratch}/root`,
  '-',
]
