/**
 * A 5x7 pixel font for printable ASCII, so that labels look the same on machines without any installed font.
 * Each glyph is five columns, two hexadecimal digits a column; bit 0 is the top row, bit 7 lies below the line (g, j, p, q, y).
 */
const GLYPHS = [
  '0000000000 00005f0000 0007000700 147f147f14 242a7f2a12 2313086462 3649552250 0005030000', // space ! " # $ % & '
  '001c224100 0041221c00 082a1c2a08 08083e0808 0050300000 0808080808 0060600000 2010080402', // ( ) * + , - . /
  '3e5149453e 00427f4000 4261514946 2141454b31 1814127f10 2745454539 3c4a494930 0171090503', // 0 .. 7
  '3649494936 064949291e 0036360000 0056360000 0008142241 1414141414 4122140800 0201510906', // 8 9 : ; < = > ?
  '324979413e 7e1111117e 7f49494936 3e41414122 7f4141221c 7f49494941 7f09090901 3e41415132', // @ A .. G
  '7f0808087f 00417f4100 2040413f01 7f08142241 7f40404040 7f0204027f 7f0408107f 3e4141413e', // H .. O
  '7f09090906 3e4151215e 7f09192946 4649494931 01017f0101 3f4040403f 1f2040201f 7f2018207f', // P .. W
  '6314081463 0304780403 6151494543 00007f4141 0204081020 41417f0000 0402010204 4040404040', // X Y Z [ \ ] ^ _
  '0001020400 2054545478 7f48444438 3844444420 384444487f 3854545418 087e090102 18a4a49c78', // ` a .. g
  '7f08040478 00447d4000 4080847d00 007f102844 00417f4000 7c04180478 7c08040478 3844444438', // h .. o
  'fc18242418 18242418fc 7c08040408 4854545420 043f444020 3c4040207c 1c2040201c 3c4030403c', // p .. w
  '4428102844 4c9090907c 4464544c44 0008364100 00007f0000 0041360800 0201020402 7f4141417f', // x y z { | } ~ and the box for any other character
]
  .join(' ')
  .split(' ');

export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;

/** The five columns of a character; bit 0 is the top row, bit {@link GLYPH_HEIGHT} lies below the line. Characters outside printable ASCII are a hollow box. */
export function glyphOf(character: string): Uint8Array {
  const index = (character.codePointAt(0) ?? 0) - 32;
  const known = index >= 0 && index < GLYPHS.length - 1 ? index : GLYPHS.length - 1;
  return Uint8Array.from({ length: GLYPH_WIDTH }, (_, column) => Number.parseInt(GLYPHS[known]!.slice(2 * column, 2 * column + 2), 16));
}
