import type { CommandHandlers } from './commands';
import type { SourceChange } from './trace-source';

/** What the page shows at one place. */
export interface View {
  readonly element: HTMLElement;
  readonly title: string;
  readonly commands: CommandHandlers;
  /** Called once the element is in the document. */
  shown?(): void;
  /** Called when the stored traces have changed. */
  changed?(change: SourceChange): void;
  /** Called when the colors have changed. */
  restyled?(): void;
  /** Called when another view takes the place. */
  closed?(): void;
}
