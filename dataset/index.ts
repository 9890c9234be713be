/** The outside world of images and labels. */
export { writeFileAtomic } from './atomic-file.ts';
export { type BarChart, type BarRow, drawBarChart } from './bar-chart.ts';
export { type BrowserPicture, browserPicture } from './browser-picture.ts';
export { CHART_COLORS, shortCount } from './chart-canvas.ts';
export { type CocoDataset, type CocoImage, type CocoTruth, readCoco, readCocoImages } from './coco.ts';
export { type CocoCategory, type LvisFrequency, readCocoCategories } from './coco-categories.ts';
export type { CocoImageFile } from './coco-images.ts';
export { type CocoResult, readCocoResults } from './coco-results.ts';
export { type CocoTruthImage, type CocoTruths, readCocoTruths } from './coco-truths.ts';
export {
  type CocoDatasetJson,
  type CocoImageRecord,
  type CocoInstance,
  type CocoResultJson,
  cocoDataset,
  cocoResults,
} from './coco-write.ts';
export type {
  Carries,
  ExchangedImage,
  ExchangedLabel,
  ExchangeFile,
  ExchangeFormat,
  ExchangeSource,
  KnownPicture,
  LabelVerdict,
  Loss,
  LossKind,
} from './exchange/exchange.ts';
export { EXCHANGE_FORMATS, exchangeFormat } from './exchange/formats.ts';
export type { FileProblem } from './file-problem.ts';
export { makeFolders } from './folders.ts';
export { drawHatched } from './hatching.ts';
export { drawHistograms, type HistogramChart, type HistogramPanel } from './histogram-chart.ts';
export { decodeImage, type ImageFacts, type ImageProbe, probeImage } from './image-file.ts';
export { decodeImported, type ImportedFile } from './imported-image.ts';
export type { Issue } from './issue.ts';
export { drawLabelTile, type LabelTile, type TileOutline, viewAround } from './label-tile.ts';
export { type DataLimits, DEFAULT_LIMITS } from './limits.ts';
export { readMaskFile } from './mask-file.ts';
export { drawOverlay, type OverlayObject } from './overlay.ts';
export { contactSheet, writePng } from './picture-file.ts';
export { generateScenes, type SceneFiles, type SceneRecipe } from './scenes/generate.ts';
export { renderScene, SCENE_CATEGORIES, type Scene, type SceneInstance } from './scenes/scene.ts';
export { type DatasetSketch, type LabeledSketch, sketchDataset } from './sketch.ts';
export { drawThumbnail } from './thumbnail.ts';
export { type ImageEntry, listUnlabeled, pictureNames, type UnlabeledListing, type UnlabeledSource } from './unlabeled.ts';
