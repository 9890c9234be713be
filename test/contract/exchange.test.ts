import { EXCHANGE_FORMATS } from '../../dataset/index.ts';
import { exchangeContract } from './exchange.contract.ts';

for (const format of EXCHANGE_FORMATS) exchangeContract(format, format.name === 'parquet' ? 15 : 60);
