package dev.pleas.backend.tensor;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A tensor backend that is made of memory and {@link Kernels}. Checks, ownership and lifetimes are
 * done here. Batch normalizations are folded into the convolutions before them when a graph is
 * compiled.
 *
 * @param <M> the memory
 */
public abstract class KernelBackend<M> implements TensorBackend {
  private final Set<KernelScope<M>> scopes = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  /** For subclasses. */
  protected KernelBackend() {}

  /** Returns what is done to the memory; always the same. */
  protected abstract Kernels<M> kernels();

  /**
   * Returns memory for at least this many elements, with undefined values. Like the other methods
   * for memory it is called by one thread at a time.
   *
   * @param elements may be 0
   * @throws dev.pleas.api.error.ShapeException if one block of memory cannot hold so many
   */
  protected abstract M allocate(long elements);

  /** Takes memory back that {@link #allocate} returned and nothing uses any more. */
  protected abstract void free(M memory);

  /** Returns the bytes of all memory that was allocated and not given back to the system. */
  protected abstract long allocatedBytes();

  /** Gives memory that is kept for reuse back to the system: no scope is open any more. */
  protected abstract void trim();

  /** Gives up everything else; called once, after the last scope was closed. */
  protected void release() {}

  @Override
  public final synchronized TensorScope newScope() {
    if (closed) {
      throw new IllegalStateException("the backend is closed");
    }
    KernelScope<M> scope = new KernelScope<>(this);
    scopes.add(scope);
    return scope;
  }

  /** Prepares a graph, with batch normalizations folded into the convolutions before them. */
  @Override
  public final CompiledGraph compile(Graph graph, Map<String, HostTensor> parameters) {
    for (Map.Entry<String, Shape> needed : graph.parameters().entrySet()) {
      HostTensor found = parameters.get(needed.getKey());
      if (found == null || !found.shape().equals(needed.getValue())) {
        // Let the plain way refuse it.
        return TensorBackend.super.compile(graph, parameters);
      }
    }
    Folding.Folded folded = Folding.fold(graph, parameters);
    return TensorBackend.super.compile(folded.graph(), folded.parameters());
  }

  /**
   * Returns the bytes of tensors, accumulators and memory kept for reuse. When the last scope
   * closes, nothing is kept, and this is what it was at first.
   */
  @Override
  public final synchronized long memoryBytes() {
    return allocatedBytes();
  }

  @Override
  public final void close() {
    List<KernelScope<M>> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = List.copyOf(scopes);
    }
    Closing closing = new Closing();
    open.forEach(scope -> closing.close(scope::close));
    closing.close(this::release);
    closing.finish();
  }

  final synchronized M take(long elements) {
    return allocate(elements);
  }

  final synchronized void giveBack(M memory) {
    free(memory);
  }

  final synchronized void closed(KernelScope<M> scope) {
    scopes.remove(scope);
    if (scopes.isEmpty()) {
      trim();
    }
  }
}
