import type { PlotOptions } from '@observablehq/plot';
import { misuse, systemCode } from '../failure.js';
import { Html } from './html.js';

/** Draws SVG with Observable Plot. */
export type Plotter = Awaited<ReturnType<typeof loadPlotter>>;

/** In pixels; narrow enough that text keeps its size on a phone. */
const WIDTH = 340;

/** Loads the optional packages that draw. Call it before a run begins its work. @throws Failure 2 where they are not installed. */
export async function loadPlotter(load = () => Promise.all([import('@observablehq/plot'), import('linkedom')])) {
  const [plot, { parseHTML }] = await load().catch((cause) => {
    if (systemCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw misuse(
      '--report draws with the packages @observablehq/plot and linkedom, which are not installed: npm install @observablehq/plot linkedom (with -g if recommend was installed with -g)',
      cause,
    );
  });
  const { document } = parseHTML('<html><body></body></html>');
  return {
    plot,
    /** @param label what it shows, for screen readers. */
    draw: (label: string, options: PlotOptions) => {
      const drawing = plot.plot({ document, width: WIDTH, style: { fontSize: '11px' }, ariaLabel: label, ...options });
      drawing.setAttribute('role', 'img');
      // The image as a whole has the label; its parts must not have their own.
      for (const part of drawing.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
      return new Html(drawing.outerHTML);
    },
  };
}
