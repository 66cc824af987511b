import type { Header } from './doors';
import { P, T, traceparent } from './must';
import type { Expected, Must } from './must';

const restarted: Expected = { trace: 'restarted', tracestate: null, flags: { random: true } };
const continued: Expected = { trace: 'continued', tracestate: 'foo=1' };
const state: Header = ['tracestate', 'foo=1'];

/** Cases of one demand: a `traceparent` each, and what is expected of all. */
function each(section: string, must: string, out: Expected, values: Readonly<Record<string, string>>): Must[] {
  return Object.entries(values).map(([which, value]) => ({
    section,
    must: `${must}: ${which}`,
    headers: [['traceparent', value], state],
    out,
  }));
}

const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/** What Trace Context Level 2 demands of `traceparent`. https://www.w3.org/TR/trace-context-2/ */
export const traceparentMusts: readonly Must[] = [
  {
    section: 'Design Overview',
    must: 'traceparent is set also where the caller gave a tracestate alone',
    headers: [state],
    out: restarted,
  },
  {
    section: 'Design Overview',
    must: 'traceparent and tracestate are passed on, and the trace is not broken',
    headers: [traceparent(), state],
    out: continued,
  },
  {
    section: 'Design Overview',
    must: 'a request without trace context gives a trace of its own',
    headers: [],
    out: restarted,
  },
  ...['TRACEPARENT', 'TraceParent', 'tRaCePaReNt'].map((name): Must => ({
    section: 'Header Name',
    must: `the case of the header's name does not count: ${name}`,
    headers: [[name, traceparent()[1]], state],
    out: continued,
  })),
  ...['trace-parent', 'trace.parent', 'traceparent_'].map((name): Must => ({
    section: 'Header Name',
    must: `a header of another name is none: ${name}`,
    headers: [[name, traceparent()[1]], state],
    out: restarted,
  })),
  ...each('traceparent Header Field Values', 'optional whitespace around the value does not count', continued, {
    before: ` \t${traceparent()[1]}`,
    behind: `${traceparent()[1]} \t`,
    both: `\t ${traceparent()[1]}\t`,
  }),
  ...each('version', 'version ff is forbidden', restarted, { ff: `ff-${T}-${P}-01` }),
  ...each('version', 'the version is two lower-case hex digits', restarted, {
    'a point': `.0-${T}-${P}-01`,
    'a letter behind f': `0g-${T}-${P}-01`,
    capitals: `CC-${T}-${P}-01`,
    'one digit': `0-${T}-${P}-01`,
    'three digits': `000-${T}-${P}-01`,
  }),
  ...each('version-format', 'version 00 has four fields', restarted, {
    'a fifth': `00-${T}-${P}-01-x`,
    'an empty fifth': `00-${T}-${P}-01-`,
    'a point behind': `00-${T}-${P}-01.`,
    three: `00-${T}-${P}`,
    none: '00',
    nothing: 'x',
  }),
  ...each('trace-id', 'traceparent is ignored when the trace id is invalid', restarted, {
    zeros: `00-${NO_TRACE}-${P}-01`,
    'a point': `00-.${T.slice(1)}-${P}-01`,
    'a letter behind f': `00-${T.slice(1)}g-${P}-01`,
    capitals: `00-${T.toUpperCase()}-${P}-01`,
    short: `00-${T.slice(1)}-${P}-01`,
    long: `00-${T}0-${P}-01`,
  }),
  ...each('parent-id', 'traceparent is ignored when the parent id is invalid', restarted, {
    zeros: `00-${T}-${NO_SPAN}-01`,
    'a point': `00-${T}-.${P.slice(1)}-01`,
    capitals: `00-${T}-${P.toUpperCase()}-01`,
    short: `00-${T}-${P.slice(1)}-01`,
    long: `00-${T}-${P}0-01`,
  }),
  ...each('trace-flags', 'traceparent is ignored when the flags are no two hex digits', restarted, {
    'a point': `00-${T}-${P}-.1`,
    capitals: `00-${T}-${P}-0A`,
    one: `00-${T}-${P}-1`,
    three: `00-${T}-${P}-001`,
  }),
  ...['02', '03', 'ff'].map((flags): Must => ({
    section: 'Random Trace ID Flag',
    must: `the flag that is set in the incoming header is set in all outgoing ones: ${flags}`,
    headers: [traceparent(flags), state],
    requests: 3,
    out: { ...continued, flags: { random: true } },
  })),
  ...['00', '01', 'fd'].map((flags): Must => ({
    section: 'Random Trace ID Flag',
    must: `the flag that is unset in the incoming header is unset in all outgoing ones: ${flags}`,
    headers: [traceparent(flags), state],
    requests: 3,
    out: { ...continued, flags: { random: false } },
  })),
  {
    section: 'Random Trace ID Flag',
    must: 'a trace that begins here has a random id and says so',
    headers: [],
    requests: 3,
    out: restarted,
  },
  // That each outgoing header is 00 to 03 is checked of all of them.
  ...['04', '10', '80', 'fc'].map((flags): Must => ({
    section: 'Other Flags',
    must: `unknown flags are set to zero: ${flags}`,
    headers: [traceparent(flags)],
    out: { trace: 'continued', flags: { sampled: false, random: false } },
  })),
  ...each(
    'Versioning of traceparent',
    'a higher version is read as far as it is known, and sent as version 00',
    continued,
    {
      'four fields': `cc-${T}-${P}-01`,
      'a fifth': `cc-${T}-${P}-01-what-the-future-brings`,
      'an empty fifth': `01-${T}-${P}-01-`,
      'version fe': `fe-${T}-${P}-01`,
    },
  ),
  ...each('Versioning of traceparent', 'the trace id of a higher version is 32 hex digits and a dash', restarted, {
    'no hex': `cc-${T.slice(1)}g-${P}-01`,
    'no dash': `cc-${T}.${P}-01`,
    short: `cc-${T.slice(1)}-${P}-01-x`,
  }),
  ...each('Versioning of traceparent', 'the parent id of a higher version is 16 hex digits and a dash', restarted, {
    'no hex': `cc-${T}-${P.slice(1)}g-01`,
    'no dash': `cc-${T}-${P}.01`,
    short: `cc-${T}-${P.slice(1)}-01-x`,
  }),
  ...each(
    'Versioning of traceparent',
    'the flags of a higher version are 2 hex digits at the end or before a dash',
    restarted,
    { 'a point': `cc-${T}-${P}-01.x`, 'a third digit': `cc-${T}-${P}-012`, 'no hex': `cc-${T}-${P}-0g` },
  ),
  ...each('Versioning of traceparent', 'nothing is assumed of unknown fields', continued, {
    'another traceparent': `cc-${T}-${P}-01-00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`,
    'other characters': `cc-${T}-${P}-01-=;"<>`,
  }),
  {
    section: 'traceparent Header Field Values',
    must: 'a traceparent that was sent twice names no parent',
    headers: [traceparent(), ['traceparent', `00-${'a'.repeat(32)}-${P}-01`]],
    out: restarted,
  },
  {
    section: 'traceparent Header Field Values',
    must: 'a traceparent that was sent twice names no parent: the same',
    headers: [traceparent(), traceparent()],
    out: { tracestate: null, trace: 'restarted' },
  },
  {
    section: 'Mutating the traceparent Field',
    must: 'a traceparent that was received is sent with each outgoing request',
    headers: [traceparent()],
    requests: 3,
    out: { trace: 'continued' },
  },
  {
    section: 'Mutating the traceparent Field',
    must: 'the parent id is a new one with each request, so that the sampled flag may differ',
    headers: [traceparent('00')],
    requests: 3,
    out: { trace: 'continued', flags: { sampled: false } },
  },
  {
    section: 'Mutating the traceparent Field',
    must: 'nothing is mutated but parent id, flags and version',
    headers: [traceparent('01')],
    out: { trace: 'continued', flags: { sampled: true, random: false } },
  },
  {
    section: 'A traceparent is Received',
    must: 'the parent id is modified for each outgoing request',
    headers: [traceparent('03')],
    requests: 5,
    out: { trace: 'continued', flags: { sampled: true, random: true } },
  },
];
