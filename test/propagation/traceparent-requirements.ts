import type { Header } from './entry-points';
import { PARENT_ID, TRACE_ID, traceparent } from './requirement';
import type { Expected, Requirement } from './requirement';

const restarted: Expected = { trace: 'restarted', tracestate: null, flags: { random: true } };
const continued: Expected = { trace: 'continued', tracestate: 'foo=1' };
const tracestate: Header = ['tracestate', 'foo=1'];
const [, VALID] = traceparent();

/** Cases of one requirement: a `traceparent` each, with the same expected result. */
function cases(
  section: string,
  title: string,
  expected: Expected,
  values: Readonly<Record<string, string>>,
): Requirement[] {
  return Object.entries(values).map(([name, value]) => ({
    section,
    title: `${title}: ${name}`,
    headers: [['traceparent', value], tracestate],
    expected,
  }));
}

const ZERO_TRACE_ID = '0'.repeat(32);
const ZERO_PARENT_ID = '0'.repeat(16);

/** The requirements of Trace Context Level 2 on `traceparent`. https://www.w3.org/TR/trace-context-2/ */
export const traceparentRequirements: readonly Requirement[] = [
  {
    section: 'Design Overview',
    title: 'traceparent is set also if the caller sent only tracestate',
    headers: [tracestate],
    expected: restarted,
  },
  {
    section: 'Design Overview',
    title: 'traceparent and tracestate are propagated, and the trace continues',
    headers: [traceparent(), tracestate],
    expected: continued,
  },
  {
    section: 'Design Overview',
    title: 'a request without trace context starts a trace',
    headers: [],
    expected: restarted,
  },
  ...['TRACEPARENT', 'TraceParent', 'tRaCePaReNt'].map((name): Requirement => ({
    section: 'Header Name',
    title: `the name is case-insensitive: ${name}`,
    headers: [[name, VALID], tracestate],
    expected: continued,
  })),
  ...['trace-parent', 'trace.parent', 'traceparent_'].map((name): Requirement => ({
    section: 'Header Name',
    title: `a header of another name is ignored: ${name}`,
    headers: [[name, VALID], tracestate],
    expected: restarted,
  })),
  ...cases('traceparent Header Field Values', 'optional whitespace around the value is ignored', continued, {
    before: ` \t${VALID}`,
    after: `${VALID} \t`,
    both: `\t ${VALID}\t`,
  }),
  ...cases('version', 'version ff is invalid', restarted, { ff: `ff-${TRACE_ID}-${PARENT_ID}-01` }),
  ...cases('version', 'the version is two lower-case hex digits', restarted, {
    'a dot': `.0-${TRACE_ID}-${PARENT_ID}-01`,
    'not a hex digit': `0g-${TRACE_ID}-${PARENT_ID}-01`,
    'upper case': `CC-${TRACE_ID}-${PARENT_ID}-01`,
    'one digit': `0-${TRACE_ID}-${PARENT_ID}-01`,
    'three digits': `000-${TRACE_ID}-${PARENT_ID}-01`,
  }),
  ...cases('version-format', 'version 00 has four fields', restarted, {
    'a fifth field': `00-${TRACE_ID}-${PARENT_ID}-01-x`,
    'an empty fifth field': `00-${TRACE_ID}-${PARENT_ID}-01-`,
    'a trailing dot': `00-${TRACE_ID}-${PARENT_ID}-01.`,
    'three fields': `00-${TRACE_ID}-${PARENT_ID}`,
    'one field': '00',
    'another string': 'x',
  }),
  ...cases('trace-id', 'traceparent is ignored if the trace id is invalid', restarted, {
    zeros: `00-${ZERO_TRACE_ID}-${PARENT_ID}-01`,
    'a dot': `00-.${TRACE_ID.slice(1)}-${PARENT_ID}-01`,
    'not a hex digit': `00-${TRACE_ID.slice(1)}g-${PARENT_ID}-01`,
    'upper case': `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`,
    'too short': `00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`,
    'too long': `00-${TRACE_ID}0-${PARENT_ID}-01`,
  }),
  ...cases('parent-id', 'traceparent is ignored if the parent id is invalid', restarted, {
    zeros: `00-${TRACE_ID}-${ZERO_PARENT_ID}-01`,
    'a dot': `00-${TRACE_ID}-.${PARENT_ID.slice(1)}-01`,
    'upper case': `00-${TRACE_ID}-${PARENT_ID.toUpperCase()}-01`,
    'too short': `00-${TRACE_ID}-${PARENT_ID.slice(1)}-01`,
    'too long': `00-${TRACE_ID}-${PARENT_ID}0-01`,
  }),
  ...cases('trace-flags', 'traceparent is ignored if the flags are not two hex digits', restarted, {
    'a dot': `00-${TRACE_ID}-${PARENT_ID}-.1`,
    'upper case': `00-${TRACE_ID}-${PARENT_ID}-0A`,
    'one digit': `00-${TRACE_ID}-${PARENT_ID}-1`,
    'three digits': `00-${TRACE_ID}-${PARENT_ID}-001`,
  }),
  ...['02', '03', 'ff'].map((flags): Requirement => ({
    section: 'Random Trace ID Flag',
    title: `if the flag is set in the incoming header, it is set in all outgoing ones: ${flags}`,
    headers: [traceparent(flags), tracestate],
    requests: 3,
    expected: { ...continued, flags: { random: true } },
  })),
  ...['00', '01', 'fd'].map((flags): Requirement => ({
    section: 'Random Trace ID Flag',
    title: `if the flag is not set in the incoming header, it is not set in any outgoing one: ${flags}`,
    headers: [traceparent(flags), tracestate],
    requests: 3,
    expected: { ...continued, flags: { random: false } },
  })),
  {
    section: 'Random Trace ID Flag',
    title: 'a new trace has a random id and sets the flag',
    headers: [],
    requests: 3,
    expected: restarted,
  },
  // The flags of every outgoing header are checked to be 00 to 03.
  ...['04', '10', '80', 'fc'].map((flags): Requirement => ({
    section: 'Other Flags',
    title: `unknown flags are set to zero: ${flags}`,
    headers: [traceparent(flags)],
    expected: { trace: 'continued', flags: { sampled: false, random: false } },
  })),
  ...cases(
    'Versioning of traceparent',
    'the known part of a higher version is used, and sent as version 00',
    continued,
    {
      'four fields': `cc-${TRACE_ID}-${PARENT_ID}-01`,
      'a fifth field': `cc-${TRACE_ID}-${PARENT_ID}-01-what-the-future-brings`,
      'an empty fifth field': `01-${TRACE_ID}-${PARENT_ID}-01-`,
      'version fe': `fe-${TRACE_ID}-${PARENT_ID}-01`,
    },
  ),
  ...cases('Versioning of traceparent', 'the trace id of a higher version is 32 hex digits and a dash', restarted, {
    'not hex': `cc-${TRACE_ID.slice(1)}g-${PARENT_ID}-01`,
    'no dash': `cc-${TRACE_ID}.${PARENT_ID}-01`,
    'too short': `cc-${TRACE_ID.slice(1)}-${PARENT_ID}-01-x`,
  }),
  ...cases('Versioning of traceparent', 'the parent id of a higher version is 16 hex digits and a dash', restarted, {
    'not hex': `cc-${TRACE_ID}-${PARENT_ID.slice(1)}g-01`,
    'no dash': `cc-${TRACE_ID}-${PARENT_ID}.01`,
    'too short': `cc-${TRACE_ID}-${PARENT_ID.slice(1)}-01-x`,
  }),
  ...cases(
    'Versioning of traceparent',
    'the flags of a higher version are 2 hex digits at the end or before a dash',
    restarted,
    {
      'a dot': `cc-${TRACE_ID}-${PARENT_ID}-01.x`,
      'a third digit': `cc-${TRACE_ID}-${PARENT_ID}-012`,
      'not hex': `cc-${TRACE_ID}-${PARENT_ID}-0g`,
    },
  ),
  ...cases('Versioning of traceparent', 'unknown fields are not interpreted', continued, {
    'another traceparent': `cc-${TRACE_ID}-${PARENT_ID}-01-00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`,
    'other characters': `cc-${TRACE_ID}-${PARENT_ID}-01-=;"<>`,
  }),
  {
    section: 'traceparent Header Field Values',
    title: 'a traceparent that was sent twice is ignored',
    headers: [traceparent(), ['traceparent', `00-${'a'.repeat(32)}-${PARENT_ID}-01`]],
    expected: restarted,
  },
  {
    section: 'traceparent Header Field Values',
    title: 'a traceparent that was sent twice is ignored: with the same value',
    headers: [traceparent(), traceparent()],
    expected: { tracestate: null, trace: 'restarted' },
  },
  {
    section: 'Mutating the traceparent Field',
    title: 'a received traceparent is propagated with each outgoing request',
    headers: [traceparent()],
    requests: 3,
    expected: { trace: 'continued' },
  },
  {
    section: 'Mutating the traceparent Field',
    title: 'each request has a new parent id, so the sampled flag may change',
    headers: [traceparent('00')],
    requests: 3,
    expected: { trace: 'continued', flags: { sampled: false } },
  },
  {
    section: 'Mutating the traceparent Field',
    title: 'only the parent id, the flags and the version are changed',
    headers: [traceparent('01')],
    expected: { trace: 'continued', flags: { sampled: true, random: false } },
  },
  {
    section: 'A traceparent is Received',
    title: 'the parent id is changed for each outgoing request',
    headers: [traceparent('03')],
    requests: 5,
    expected: { trace: 'continued', flags: { sampled: true, random: true } },
  },
];
