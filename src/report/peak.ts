import type { Estimate, MemoryPeak, PeakItem } from '../estimate/types.js';
import { shortenMiddle } from '../safe-text.js';
import { kibibytes, plural, shapeText, shareText, wrap } from '../text.js';
import { AREA_NAMES } from '../estimate/types.js';

/** Items that are listed. */
const LISTED = 3;
/** Padding of channels below this share of the peak is not worth a sentence. */
const NOTABLE = 0.02;
const NAME_LENGTH = 40;

const inKibibytes = (bytes: number): string => `${kibibytes(bytes, bytes < 10240 ? 2 : 1)} KiB`;

/** Converters join the names of all that they merged; the first says enough. */
const shortName = (name: string): string => shortenMiddle(name.split(';', 1)[0]!, NAME_LENGTH) || '(unnamed)';

const itemText = ({ name, bytes, map }: PeakItem): string =>
  `${shortName(name)}${map === undefined ? '' : ` ${shapeText(map.shape)}`} (${inKibibytes(bytes)})`;

/** Channels that the memory's bricks of 16 have beyond those of the feature map, most bytes first. */
function brickText({ bytes: peak, contents }: MemoryPeak): string | undefined {
  const padded = contents
    .flatMap((item) =>
      item.map !== undefined && item.map.paddingBytes > 0 ? [{ ...item, map: item.map }] : [],
    )
    .sort((a, b) => b.map.paddingBytes - a.map.paddingBytes);
  const total = padded.reduce((sum, { map }) => sum + map.paddingBytes, 0);
  if (total < NOTABLE * peak) return undefined;
  const [{ name, map, bytes }] = padded as [(typeof padded)[number]];
  const channels = map.shape.at(-1)!;
  const bricks = Math.ceil(channels / 16);
  const narrower =
    bricks === 1
      ? `up to 16 channels take no more`
      : `${(bricks - 1) * 16} channels would take ${inKibibytes(bytes / bricks)} less`;
  return (
    `Feature maps lie in bricks of 16 channels, of which ${inKibibytes(total)} (${shareText(total / peak)}) are ` +
    `padding: ${shortName(name)} has ${plural(channels, 'channel')} and takes the place of ${bricks * 16}; ${narrower}.`
  );
}

/** What lowers the peak besides. */
function adviceText({ optimise }: Estimate, { contents }: MemoryPeak): string | undefined {
  const advice: string[] = [];
  const [largest] = contents;
  const map = largest?.map;
  if (map !== undefined && map.shape.slice(1, 3).every((size) => size > 1)) {
    advice.push('a lower resolution: at half the height and width these take a quarter');
  }
  if (optimise === 'Performance') advice.push('optimising for size, which trades cycles for memory');
  return advice.length === 0 ? undefined : `What may lower it: ${advice.join('; ')}.`;
}

/** Where the memory of the feature maps is fullest, with what, and what would lower that. */
export function peakLines(estimate: Estimate): readonly string[] {
  const { peak, layers, memoryUsed, featureMapArea } = estimate;
  if (peak === undefined || peak.bytes === 0) return [];
  const area = featureMapArea === 'dram' && memoryUsed.sram > 0 ? 'sram' : featureMapArea;
  const { tfliteOperator, origin, name } = layers[peak.layer]!;
  const rest = peak.contents.length - LISTED;
  const more = rest > 0 ? ` and ${plural(rest, 'smaller one')}` : '';
  const where = `${origin < 0 ? '' : `operator ${origin}, `}${tfliteOperator} ${shortName(name)}`;
  const sentences = [
    `${AREA_NAMES[area]} is fullest, ${inKibibytes(peak.bytes)}, at ${where}: it holds ` +
      `${peak.contents.slice(0, LISTED).map(itemText).join(', ')}${more}.`,
    brickText(peak),
    adviceText(estimate, peak),
  ];
  return sentences.flatMap((sentence) => (sentence === undefined ? [] : [wrap(sentence)]));
}
