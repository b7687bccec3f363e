/**
 * Where the boxes and arrows of a directed graph go: by ELK's layered layout, which gives every arrow its own place at a
 * box and its number a place on the arrow.
 */
import { createRequire } from 'node:module';
import { px } from './drawing.ts';

export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The more, the straighter, and the less likely to lead upwards. */
  readonly weight: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The upper left corner of each box, in their order. */
  readonly boxes: readonly Point[];
  /** In their order: the line as an SVG path, and the middle of the label. */
  readonly arrows: readonly { readonly path: string; readonly label: Point }[];
}

/**
 * What is used of elkjs. Typed by hand, and loaded so that the compiler does not look: its declarations name the browser's
 * `Worker` and do not compile where there is none (https://github.com/kieler/elkjs/issues/147).
 */
interface Elk {
  layout(graph: object): Promise<{
    readonly width: number;
    readonly height: number;
    readonly children: readonly Point[];
    readonly edges: readonly {
      readonly sections: readonly [{ startPoint: Point; endPoint: Point; bendPoints?: readonly Point[] }];
      readonly labels: readonly [Point];
    }[];
  }>;
}

const require = createRequire(import.meta.url);
const label = { height: 14, digit: 7 };
const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'SPLINES',
  'elk.padding': '[top=6,left=6,bottom=6,right=6]',
  'elk.spacing.nodeNode': '30',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  // Boxes come in the order of the process: an arrow against it is the one that turns back.
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.considerModelOrder.strategy': 'PREFER_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};

/** Downwards, in the order of the boxes as far as it goes. */
export async function layOut(boxes: readonly Box[], arrows: readonly Arrow[]): Promise<Layout> {
  // It is large: only who draws a graph has to wait for it.
  const { default: Elk } = require('elkjs/lib/elk.bundled.js') as { readonly default: new () => Elk };
  const graph = await new Elk().layout({
    id: 'graph',
    layoutOptions: options,
    children: boxes,
    edges: arrows.map(({ from, to, label: text, weight }, index) => ({
      id: `arrow-${index}`,
      sources: [from],
      targets: [to],
      layoutOptions: { 'elk.layered.priority.straightness': String(weight) },
      labels: [
        {
          text,
          width: labelWidth(text),
          height: label.height,
          layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' },
        },
      ],
    })),
  });
  // One reads from the left, and on a narrow screen the left is all there is to begin with.
  const mirrored = (graph.children[0]?.x ?? 0) + (boxes[0]?.width ?? 0) / 2 > graph.width / 2;
  const placed = ({ x, y }: Point, width = 0) => ({ x: mirrored ? graph.width - x - width : x, y });
  return {
    width: graph.width,
    height: graph.height,
    boxes: graph.children.map((corner, index) => placed(corner, boxes[index]?.width)),
    arrows: graph.edges.map(({ sections: [{ startPoint, bendPoints = [], endPoint }], labels: [corner] }, index) => {
      const { x, y } = corner;
      const middle = { x: x + labelWidth(arrows[index]?.label ?? '') / 2, y: y + label.height / 2 };
      return {
        path: spline([startPoint, ...bendPoints, endPoint].map((point) => placed(point))),
        label: placed(middle),
      };
    }),
  };
}

function labelWidth(text: string): number {
  return text.length * label.digit + 4;
}

/** ELK's points are those of cubic curves, one after another; at the end fewer may be left. */
function spline([start, ...points]: readonly Point[]): string {
  const at = ({ x, y }: Point) => `${px(x)} ${px(y)}`;
  let path = start === undefined ? '' : `M${at(start)}`;
  for (let index = 0; index < points.length; index += 3) {
    const curve = points.slice(index, index + 3);
    path += `${['L', 'Q', 'C'][curve.length - 1]}${curve.map(at).join(' ')}`;
  }
  return path;
}
