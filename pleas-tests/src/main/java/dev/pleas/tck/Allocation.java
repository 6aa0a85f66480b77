package dev.pleas.tck;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.opentest4j.TestAbortedException;

/** Heap memory that the current thread asks for. */
final class Allocation {
  private Allocation() {}

  /** Returns the bytes that were allocated meanwhile, freed ones included. */
  static long during(Runnable work) {
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()) {
      throw new TestAbortedException("this JVM does not count the memory that a thread allocates");
    }
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    work.run();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }
}
