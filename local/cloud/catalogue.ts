/**
 * What can be ordered. Plausible rather than exact: ids of newer types and the prices are ours, and nobody should rely on them.
 */
export const locations = [
  ['fsn1', 'Falkenstein DC Park 1', 'DE', 'Falkenstein', 50.47612, 12.370071, 'eu-central', 'fsn1-dc14'],
  ['nbg1', 'Nuremberg DC Park 1', 'DE', 'Nuremberg', 49.452102, 11.076665, 'eu-central', 'nbg1-dc3'],
  ['hel1', 'Helsinki DC Park 1', 'FI', 'Helsinki', 60.169855, 24.938379, 'eu-central', 'hel1-dc2'],
  ['ash', 'Ashburn, VA', 'US', 'Ashburn, VA', 39.045821, -77.487073, 'us-east', 'ash-dc1'],
  ['hil', 'Hillsboro, OR', 'US', 'Hillsboro, OR', 45.54222, -122.951924, 'us-west', 'hil-dc1'],
  ['sin', 'Singapore', 'SG', 'Singapore', 1.283333, 103.833333, 'ap-southeast', 'sin-dc1'],
].map(([name, description, country, city, latitude, longitude, network_zone], index) => ({
  id: index + 1,
  name: String(name),
  description: String(description),
  country: String(country),
  city: String(city),
  latitude: Number(latitude),
  longitude: Number(longitude),
  network_zone: String(network_zone),
}))

const datacenterNames: Readonly<Record<string, string>> = {
  fsn1: 'fsn1-dc14',
  nbg1: 'nbg1-dc3',
  hel1: 'hel1-dc2',
  ash: 'ash-dc1',
  hil: 'hil-dc1',
  sin: 'sin-dc1',
}

const everywhere = locations.map(({ name }) => name)
const europe = ['fsn1', 'nbg1', 'hel1']

interface TypeRow {
  readonly id: number
  readonly name: string
  readonly cores: number
  readonly memory: number
  readonly disk: number
  readonly cpu_type: 'shared' | 'dedicated'
  readonly architecture: 'x86' | 'arm'
  /** Net, in euros an hour. */
  readonly hourly: number
  readonly locations: readonly string[]
}

const row = (id: number, name: string, size: readonly [number, number, number], hourly: number): TypeRow => {
  const [cores, memory, disk] = size
  const architecture = name.startsWith('cax') ? 'arm' : 'x86'
  const cpu_type = name.startsWith('ccx') ? 'dedicated' : 'shared'
  const sold = name.startsWith('cpx') || name.startsWith('ccx') ? everywhere : europe
  return { id, name, cores, memory, disk, cpu_type, architecture, hourly, locations: sold }
}

const rows: readonly TypeRow[] = [
  row(108, 'cpx12', [1, 2, 40], 0.0104),
  row(109, 'cpx22', [2, 4, 80], 0.0128),
  row(110, 'cpx32', [4, 8, 160], 0.0224),
  row(111, 'cpx42', [8, 16, 320], 0.0408),
  row(114, 'cx23', [2, 4, 40], 0.0056),
  row(115, 'cx33', [4, 8, 80], 0.0088),
  row(116, 'cx43', [8, 16, 160], 0.0152),
  row(45, 'cax11', [2, 4, 40], 0.0064),
  row(93, 'cax21', [4, 8, 80], 0.0104),
  row(96, 'ccx13', [2, 8, 80], 0.0208),
]

const price = (net: number) => ({ net: net.toFixed(10), gross: (net * 1.19).toFixed(16) })

const pricesOf = ({ hourly, locations: sold }: TypeRow) =>
  sold.map((location) => ({
    location,
    price_hourly: price(hourly),
    price_monthly: price(hourly * 624),
    included_traffic: 21_990_232_555_520,
    price_per_tb_traffic: price(1),
  }))

/** Made once: every server is shown with its own. */
const described = rows.map((type) => ({
  id: type.id,
  name: type.name,
  description: type.name.toUpperCase(),
  category: type.cpu_type === 'dedicated' ? 'General Purpose' : 'Cost Optimized',
  cores: type.cores,
  memory: type.memory,
  disk: type.disk,
  storage_type: 'local',
  cpu_type: type.cpu_type,
  architecture: type.architecture,
  deprecated: false,
  deprecation: null,
  prices: pricesOf(type),
  locations: locations
    .filter(({ name }) => type.locations.includes(name))
    .map(({ id, name }) => ({ id, name, deprecation: null, recommended: true })),
}))

/** A scripted shortage: type and location that cannot be ordered now. */
type IsSoldOut = (type: string, location: string) => boolean

const offered = (type: (typeof described)[number], isSoldOut: IsSoldOut) => ({
  ...type,
  locations: type.locations.map((location) => ({ ...location, available: !isSoldOut(type.name, location.name) })),
})

export const serverTypes = (isSoldOut: IsSoldOut) => described.map((type) => offered(type, isSoldOut))

export type ServerType = ReturnType<typeof serverTypes>[number]

/** One of them: what every server is shown with. */
export const serverType = (name: string, isSoldOut: IsSoldOut): ServerType | undefined => {
  const type = described.find((one) => one.name === name)
  return type && offered(type, isSoldOut)
}

const systemImage = (id: number, name: string, version: string, architecture: 'x86' | 'arm') => ({
  id,
  type: 'system' as const,
  status: 'available' as const,
  name,
  description: `Debian ${version}`,
  image_size: null,
  disk_size: 5,
  created: '2023-06-13T06:00:03Z',
  created_from: null,
  bound_to: null,
  os_flavor: 'debian',
  os_version: version,
  rapid_deploy: architecture === 'x86',
  protection: { delete: false },
  deprecated: null,
  deleted: null,
  labels: {},
  architecture,
})

export const systemImages = [
  systemImage(114690387, 'debian-12', '12', 'x86'),
  systemImage(114690389, 'debian-12', '12', 'arm'),
]

/** Gone from the API since October 2026; older clients cannot do without them. */
export const datacenters = () =>
  locations.map((location) => {
    const ids = rows.filter((type) => type.locations.includes(location.name)).map(({ id }) => id)
    return {
      id: location.id,
      name: datacenterNames[location.name] ?? location.name,
      description: `${location.city} virtual DC`,
      location,
      server_types: { supported: ids, available: ids, available_for_migration: ids },
    }
  })

export const pricing = () => ({
  currency: 'EUR',
  vat_rate: '19.000000',
  primary_ips: (['ipv4', 'ipv6'] as const).map((type) => ({
    type,
    prices: locations.map(({ name }) => ({
      location: name,
      price_hourly: price(type === 'ipv4' ? 0.0008 : 0),
      price_monthly: price(type === 'ipv4' ? 0.5 : 0),
    })),
  })),
  floating_ip: { price_monthly: price(3) },
  floating_ips: (['ipv4', 'ipv6'] as const).map((type) => ({
    type,
    prices: locations.map(({ name }) => ({ location: name, price_monthly: price(type === 'ipv4' ? 3 : 1) })),
  })),
  image: { price_per_gb_month: price(0.011) },
  volume: { price_per_gb_month: price(0.044) },
  server_backup: { percentage: '20.0000000000' },
  server_types: rows.map((type) => ({ id: type.id, name: type.name, prices: pricesOf(type) })),
  load_balancer_types: [],
})
