package dev.pleas.cpu.tensor;

/**
 * Cuts memory into blocks that stay in the first-level cache while they are read, changed and
 * written back. Loops over Java arrays are vectorised by the virtual machine; loops over other
 * memory are not.
 */
final class Blocks {
  /** Elements of a block: 16 KiB, so that two operands fit into 32 KiB. */
  static final int SIZE = 4096;

  /** Blocks that one item of a parallel loop takes. */
  private static final int PER_ITEM = 16;

  /** What is done to a block. */
  @FunctionalInterface
  interface Body {
    /**
     * Handles {@code rows} whole rows, or a part of one.
     *
     * @param row the first row
     * @param rows how many
     * @param at the first element, counted over all rows
     * @param length elements of each row that are handled
     * @param buffers what this thread may use, {@link #SIZE} elements each
     */
    void accept(long row, int rows, long at, int length, float[][] buffers);
  }

  private Blocks() {}

  /**
   * Runs {@code body} on all blocks of a rows×length matrix, in parallel.
   *
   * @param buffers how many the body needs
   */
  static void forEach(long rows, long length, int buffers, Body body) {
    if (rows == 0 || length == 0) {
      return;
    }
    boolean whole = length <= SIZE;
    int rowsPerBlock = whole ? (int) (SIZE / length) : 1;
    long blocksPerRow = whole ? 1 : (length + SIZE - 1) / SIZE;
    long blocks = whole ? (rows + rowsPerBlock - 1) / rowsPerBlock : rows * blocksPerRow;
    int items = Math.toIntExact((blocks + PER_ITEM - 1) / PER_ITEM);
    Parallel.forEach(
        items,
        rows * length,
        item -> {
          float[][] memory = new float[buffers][(int) Math.min(SIZE, rows * length)];
          long end = Math.min(blocks, (item + 1L) * PER_ITEM);
          for (long block = (long) item * PER_ITEM; block < end; block++) {
            if (whole) {
              long row = block * rowsPerBlock;
              int count = (int) Math.min(rowsPerBlock, rows - row);
              body.accept(row, count, row * length, (int) length, memory);
            } else {
              long row = block / blocksPerRow;
              long from = block % blocksPerRow * SIZE;
              int count = (int) Math.min(SIZE, length - from);
              body.accept(row, 1, row * length + from, count, memory);
            }
          }
        });
  }

  /** Copies elements from one memory to another, one thread. */
  static void copy(Floats from, long fromAt, Floats to, long toAt, long count, float[] buffer) {
    for (long done = 0; done < count; done += buffer.length) {
      int part = (int) Math.min(buffer.length, count - done);
      from.read(fromAt + done, buffer, 0, part);
      to.write(toAt + done, buffer, 0, part);
    }
  }
}
