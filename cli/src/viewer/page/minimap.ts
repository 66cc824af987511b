import { h, place } from './dom';
import { t } from './preferences';
import { canvasColor } from './span-color';
import type { TraceSession } from './trace-session';

const HEIGHT = 44;
// Shorter movements of the pointer are clicks.
const LEAST_DRAG = 3;

/** The whole trace in a few pixels per span, with the shown part marked. Dragging zooms. */
export class Minimap {
  readonly element: HTMLElement;
  readonly #session: TraceSession;
  readonly #canvas = h('canvas', { aria: { hidden: 'true' } });
  readonly #window = h('div', { class: 'window' });
  #from: number | undefined;

  constructor(session: TraceSession) {
    this.#session = session;
    this.element = h(
      'div',
      {
        class: 'minimap',
        title: t('zoomHint'),
        on: {
          pointerdown: (event) => this.#start(event),
          pointermove: (event) => this.#move(event),
          pointerup: (event) => this.#end(event),
          dblclick: () => session.showAll(),
        },
      },
      this.#canvas,
      this.#window,
    );
    new ResizeObserver(() => this.draw()).observe(this.element);
    session.listen((change) => {
      if (change === 'zoom') this.#showWindow(session.shown.start, session.shown.end);
      else if (change === 'look' || change === 'tab') this.draw();
    });
    this.#showWindow(session.shown.start, session.shown.end);
  }

  draw(): void {
    const { trace, colorByService } = this.#session;
    const width = this.element.clientWidth;
    const ratio = devicePixelRatio || 1;
    this.#canvas.width = width * ratio;
    this.#canvas.height = HEIGHT * ratio;
    const context = this.#canvas.getContext('2d');
    if (context === null || width === 0) return;
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const row = Math.min(HEIGHT / trace.nodes.length, 4);
    trace.nodes.forEach((node, index) => {
      context.fillStyle = canvasColor(node, colorByService, style);
      const x = (node.start / (trace.durationNanos || 1)) * width;
      const length = Math.max(((node.end - node.start) / (trace.durationNanos || 1)) * width, 1);
      context.fillRect(
        x,
        (index / trace.nodes.length) * Math.min(HEIGHT, trace.nodes.length * 4),
        length,
        Math.max(row - 1, 0.75),
      );
    });
  }

  #timeOf(event: PointerEvent): number {
    const { left, width } = this.element.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / (width || 1), 0), 1) * this.#session.trace.durationNanos;
  }

  #showWindow(start: number, end: number): void {
    const { durationNanos } = this.#session.trace;
    place(this.#window, 'left', (start / (durationNanos || 1)) * 100);
    place(this.#window, 'width', ((end - start) / (durationNanos || 1)) * 100);
    this.#window.classList.toggle('whole', end - start >= durationNanos);
  }

  #start(event: PointerEvent): void {
    this.#from = this.#timeOf(event);
    this.element.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    if (this.#from === undefined) return;
    const to = this.#timeOf(event);
    this.#showWindow(Math.min(this.#from, to), Math.max(this.#from, to));
  }

  #end(event: PointerEvent): void {
    const from = this.#from;
    if (from === undefined) return;
    this.#from = undefined;
    const to = this.#timeOf(event);
    const least = (LEAST_DRAG / (this.element.clientWidth || 1)) * this.#session.trace.durationNanos;
    const { shown } = this.#session;
    if (Math.abs(to - from) > least) this.#session.show({ start: Math.min(from, to), end: Math.max(from, to) });
    else this.#session.pan((to - (shown.start + shown.end) / 2) / (shown.end - shown.start || 1));
  }
}
