import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { layersCsv, layersTable } from '../../src/report/layers.js';
import { summaryCsv } from '../../src/report/summary.js';
import { estimateWith, layer } from './fixture.js';

/** Column names of the two files; origin: docs/model/reports.md#per-layer-columns. */
const SUMMARY_HEADER =
  'experiment,network,accelerator_configuration,system_config,memory_mode,core_clock,arena_cache_size,' +
  'sram_bandwidth,dram_bandwidth,on_chip_flash_bandwidth,off_chip_flash_bandwidth,weights_storage_area,' +
  'feature_map_storage_area,inferences_per_second,batch_size,inference_time,passes_before_fusing,passes_after_fusing,' +
  'sram_memory_used,dram_memory_used,on_chip_flash_memory_used,off_chip_flash_memory_used,total_original_weights,' +
  'total_npu_encoded_weights,' +
  ['sram', 'dram', 'on_chip_flash', 'off_chip_flash']
    .map((m) =>
      ['feature_map_read', 'feature_map_write', 'weight_read', 'weight_write', 'total']
        .map((role) => `${m}_${role}_bytes`)
        .join(','),
    )
    .join(',') +
  ',nn_macs,nn_tops,cycles_npu,cycles_sram_access,cycles_dram_access,cycles_on_chip_flash_access,' +
  'cycles_off_chip_flash_access,cycles_total';
const LAYER_HEADER =
  'Original Operator,NNG Operator,Target,Staging Usage,Peak% (Staging),Op Cycles,Network% (cycles),NPU,SRAM AC,DRAM AC,' +
  'OnFlash AC,OffFlash AC,MAC Count,Network% (MAC),Util% (MAC),Name';

test('the summary file has one header and one row, with CR LF', () => {
  const [header, row, rest] = summaryCsv(estimateWith()).split('\r\n');
  expect(header).toBe(SUMMARY_HEADER);
  expect(rest).toBe('');
  // 4000 cycles at 500 MHz: 8 microseconds; 64000 MACs in them: 0.016 Tops/s.
  expect(row).toBe(
    'default,tiny,Ethos_U55_128,Ethos_U55_High_End_Embedded,Shared_Sram,500000000.0,4194304.0,' +
      '3.725290298461914,3.725290298461914,3.725290298461914,0.46566128730773926,Off-chip Flash,SRAM,' +
      '125000.0,1,8e-06,2,2,2.0,0.0,0.0,1.015625,576,640,' +
      '3000,2000,0,0,5000,0,0,0,0,0,0,0,0,0,0,0,0,640,0,800,64000,0.016,4000,600,0,0,400,4000',
  );
});

test('the per-layer file has a row per layer, with LF', () => {
  expect(layersCsv(estimateWith()).split('\n')).toEqual([
    LAYER_HEADER,
    'Conv2D,Conv2D,NPU,1024,50.0,1000,25.0,1000,300,0,0,200,64000,100.0,50.0,conv',
    'Add,Add,NPU,1024,50.0,3000,75.0,3000,300,0,0,200,0,0.0,0.0,add',
    '',
  ]);
});

test('a name with separators is quoted and reads back', () => {
  const name = 'a,"b"\nc';
  const rows = parse(layersCsv(estimateWith({ layers: [layer({ name })] })), { columns: true });
  expect(rows).toMatchObject([{ Name: name }]);
});

test('a network without cycles has no rate', () => {
  const idle = estimateWith({
    cycles: 0,
    macs: 0,
    npuOperators: 0,
    stagingMemoryUsed: 0,
    layers: [layer({ cycles: 0, macs: 0, stagingUsage: 0 })],
  });
  const [summary] = parse(summaryCsv(idle), { columns: true, record_delimiter: '\r\n' });
  expect(summary).toMatchObject({ inferences_per_second: 'nan', inference_time: '0.0', nn_tops: 'nan' });
  const [row] = parse(layersCsv(idle), { columns: true });
  expect(row).toMatchObject({ 'Peak% (Staging)': 'NaN', 'Network% (cycles)': '100', 'Util% (MAC)': '100' });
});

test('the table of the console rounds percentages to two decimals', () => {
  const lines = layersTable(estimateWith()).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[2]!.split(/\s+/)).toEqual(
    'Conv2D Conv2D NPU 1024 50.00 1000 25.00 1000 300 0 0 200 64000 100.00 50.00 conv'.split(' '),
  );
});
