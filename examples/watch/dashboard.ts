// Makes dashboard.json: npm run dashboard
import {
  type DataSourceRef,
  GraphDrawStyle,
  StackingConfigBuilder,
  StackingMode,
} from '@grafana/grafana-foundation-sdk/common'
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

const source: DataSourceRef = { type: 'prometheus', uid: '$source' }
const [wide, half, quarter] = [24, 12, 6]

const over = (expr: string, legend = ''): DataqueryBuilder =>
  new DataqueryBuilder().refId('A').expr(expr).legendFormat(legend).range()
const now = (expr: string): DataqueryBuilder => new DataqueryBuilder().refId('A').expr(expr).instant()

const steps = (...rest: readonly (readonly [color: string, from: number])[]): ThresholdsConfigBuilder => {
  const all: Threshold[] = [{ color: 'green', value: null }, ...rest.map(([color, value]) => ({ color, value }))]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all)
}

const words = (zero: string, one: string): ValueMapping[] => [
  { type: MappingType.ValueToText, options: { '0': { text: zero, index: 0 }, '1': { text: one, index: 1 } } },
]

const stat = (title: string, expr: string): StatBuilder =>
  new StatBuilder().title(title).datasource(source).height(4).span(quarter).withTarget(now(expr))

const incidents = stat('Open incidents', 'dns_watch_incidents_open').thresholds(steps(['red', 1]))

const age = stat('Age of the last look', 'time() - dns_watch_last_look_timestamp_seconds')
  .unit('s')
  .decimals(0)
  .thresholds(steps(['orange', 300], ['red', 600]))

const sight = stat('The watch', 'dns_watch_link_up * dns_watch_look_complete')
  .mappings(words('sees nothing', 'sees'))
  .thresholds(
    new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
      { color: 'red', value: null },
      { color: 'green', value: 1 },
    ]),
  )

const operation = stat('Operation', 'dns_watch_operation_running')
  .description('While one is at work, what looks wrong opens no incident.')
  .mappings(words('none', 'running'))
  .thresholds(steps(['blue', 1]))

const wrong = new TableBuilder()
  .title('Wrong')
  .description('What is wrong of the incidents that are open.')
  .datasource(source)
  .height(8)
  .span(wide)
  .noValue('Nothing')
  .withTarget(now('dns_watch_wrong == 1').format(PromQueryFormat.Table))
  .withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true, Value: true, __name__: true, instance: true, job: true },
      indexByName: { server: 0, check: 1, zone: 2, family: 3 },
    },
  })

const answers = new TimeseriesBuilder()
  .title('Answer time by server')
  .description('The slowest zone of each.')
  .datasource(source)
  .height(9)
  .span(half)
  .unit('s')
  .min(0)
  .withTarget(over('max by (server, family) (dns_watch_answer_seconds)', '{{server}} {{family}}'))

const checks = new TimeseriesBuilder()
  .title('Checks by state')
  .datasource(source)
  .height(9)
  .span(half)
  .min(0)
  .drawStyle(GraphDrawStyle.Line)
  .fillOpacity(40)
  .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  .withTarget(over('sum by (status) (dns_watch_checks)', '{{status}}'))

const operations = new StateTimelineBuilder()
  .title('Operations')
  .datasource(source)
  .height(4)
  .span(wide)
  .mappings(words('none', 'running'))
  .thresholds(steps(['blue', 1]))
  .withTarget(over('max(dns_watch_operation_running)', 'operation'))

const dashboard = new DashboardBuilder('Authoritative nameservers')
  .uid('dns-watch')
  .tags(['dns'])
  .refresh('1m')
  .time({ from: 'now-6h', to: 'now' })
  .timezone('utc')
  .withVariable(new DatasourceVariableBuilder('source').label('Source').type('prometheus'))

const panels = [incidents, age, sight, operation, wrong, answers, checks, operations]
for (const [index, panel] of panels.entries()) dashboard.withPanel(panel.id(index + 1))
process.stdout.write(`${JSON.stringify(dashboard.build(), null, 2)}\n`)
