package dev.pleas.backend.tensor;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.TreeMap;

/**
 * Blocks of memory that are used again instead of given back, because a new block costs more than
 * most operations. Blocks in use and kept ones together never take more than blocks in use alone
 * once took. Not safe for several threads.
 *
 * @param <B> a block; two are equal only if they are the same
 */
public final class BlockPool<B extends BlockPool.Block> {
  private final Source<B> source;
  private final TreeMap<Long, ArrayDeque<B>> kept = new TreeMap<>();
  private final LinkedHashSet<B> oldestFirst = new LinkedHashSet<>();
  private long keptElements;
  private long usedElements;
  private long mostUsed;

  /** A block of memory. */
  public interface Block {
    /** Returns how many elements it holds. */
    long capacity();
  }

  /**
   * Where blocks come from and go to.
   *
   * @param <B> a block
   */
  public interface Source<B> {
    /** Returns a new block of exactly this capacity, or throws. */
    B allocate(long capacity);

    /** Gives a block back to the system. Called once for a block, even if it throws. */
    void release(B block);
  }

  /** An empty pool. */
  public BlockPool(Source<B> source) {
    this.source = source;
  }

  /**
   * Returns a block of at least this many elements, with undefined values: one that was kept and is
   * at most a quarter larger, or a new one.
   *
   * @param capacity at least 1
   */
  public B take(long capacity) {
    var fitting = kept.ceilingEntry(capacity);
    if (fitting != null && fitting.getKey() <= capacity + capacity / 4) {
      B block = fitting.getValue().getLast();
      forget(block);
      use(block.capacity());
      return block;
    }
    while (!oldestFirst.isEmpty() && usedElements + keptElements + capacity > mostUsed) {
      dropOldest();
    }
    B block = source.allocate(capacity);
    use(capacity);
    return block;
  }

  private void use(long capacity) {
    usedElements += capacity;
    mostUsed = Math.max(mostUsed, usedElements);
  }

  /** Keeps a block for later. */
  public void giveBack(B block) {
    usedElements -= block.capacity();
    keptElements += block.capacity();
    kept.computeIfAbsent(block.capacity(), c -> new ArrayDeque<>()).addLast(block);
    oldestFirst.add(block);
  }

  private void dropOldest() {
    Iterator<B> oldest = oldestFirst.iterator();
    B block = oldest.next();
    forget(block);
    source.release(block);
  }

  private void forget(B block) {
    oldestFirst.remove(block);
    keptElements -= block.capacity();
    ArrayDeque<B> same = kept.get(block.capacity());
    if (same != null) {
      same.remove(block);
      if (same.isEmpty()) {
        kept.remove(block.capacity());
      }
    }
  }

  /** Gives everything back that is not in use, and forgets how much that once was. */
  public void trim() {
    Closing closing = new Closing();
    while (!oldestFirst.isEmpty()) {
      closing.close(this::dropOldest);
    }
    mostUsed = usedElements;
    closing.finish();
  }

  /** Returns how many elements the blocks in use and the kept ones hold. */
  public long elements() {
    return usedElements + keptElements;
  }

  /** Returns how many elements the blocks in use hold. */
  public long usedElements() {
    return usedElements;
  }
}
