package dev.pleas.cpu.nd4j;

import dev.pleas.api.error.ShapeException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.TreeMap;

/**
 * Native memory that is used again instead of given back: the system hands out large blocks page by
 * page, and touching each page for the first time costs more than most operations. Blocks in use
 * and kept ones together never take more than blocks in use alone once took.
 */
final class NativePool {
  /** Blocks differ by whole units, so that tensors of nearly one size share them: 4 KiB. */
  private static final long UNIT = 1024;

  private final TreeMap<Long, ArrayDeque<NativeFloats>> kept = new TreeMap<>();
  private final LinkedHashSet<NativeFloats> oldestFirst = new LinkedHashSet<>();
  private long keptElements;
  private long usedElements;
  private long mostUsed;

  /** Returns a block of at least this many elements. */
  NativeFloats take(long elements) {
    if (elements > NativeFloats.MOST - UNIT) {
      throw new ShapeException(
          elements
              + " elements do not fit into one block of native memory (at most "
              + (NativeFloats.MOST - UNIT)
              + "); use smaller batches");
    }
    long capacity = Math.max(1, (elements + UNIT - 1) / UNIT) * UNIT;
    var fitting = kept.ceilingEntry(capacity);
    if (fitting != null && fitting.getKey() <= capacity + capacity / 4) {
      NativeFloats block = fitting.getValue().getLast();
      forget(block);
      use(block.capacity());
      return block;
    }
    while (!oldestFirst.isEmpty() && usedElements + keptElements + capacity > mostUsed) {
      dropOldest();
    }
    NativeFloats block = new NativeFloats(capacity);
    use(capacity);
    return block;
  }

  private void use(long capacity) {
    usedElements += capacity;
    mostUsed = Math.max(mostUsed, usedElements);
  }

  /** Keeps a block for later. */
  void giveBack(NativeFloats block) {
    usedElements -= block.capacity();
    keptElements += block.capacity();
    kept.computeIfAbsent(block.capacity(), c -> new ArrayDeque<>()).addLast(block);
    oldestFirst.add(block);
  }

  private void dropOldest() {
    Iterator<NativeFloats> oldest = oldestFirst.iterator();
    NativeFloats block = oldest.next();
    forget(block);
    block.close();
  }

  private void forget(NativeFloats block) {
    oldestFirst.remove(block);
    keptElements -= block.capacity();
    ArrayDeque<NativeFloats> same = kept.get(block.capacity());
    if (same != null) {
      same.remove(block);
      if (same.isEmpty()) {
        kept.remove(block.capacity());
      }
    }
  }

  /** Gives everything back that is not in use, and forgets how much that once was. */
  void trim() {
    while (!oldestFirst.isEmpty()) {
      dropOldest();
    }
    mostUsed = usedElements;
  }

  /** Returns the bytes of blocks in use and kept. */
  long bytes() {
    return (usedElements + keptElements) * Float.BYTES;
  }
}
