package dev.pleas.cpu.tensor;

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
import org.jspecify.annotations.Nullable;

/**
 * A tensor backend on the CPU. Checks, ownership and every operation that is not a product are done
 * here; a subclass brings the memory and the matrix product, and a better convolution if it has
 * one.
 *
 * @param <F> the memory
 */
public abstract class CpuBackend<F extends Floats> implements TensorBackend {
  private final Set<CpuScope<F>> scopes = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ConvolutionByProduct<F> byProduct = new ConvolutionByProduct<>(this);
  private long hostBytes;
  private boolean closed;

  /** For subclasses. */
  protected CpuBackend() {}

  /**
   * Returns memory for at least this many elements, with undefined values.
   *
   * @param elements may be 0
   * @throws dev.pleas.api.error.ShapeException if one block of memory cannot hold so many
   */
  protected abstract F allocate(long elements);

  /** Takes memory back that {@link #allocate} returned and nothing uses any more. */
  protected abstract void free(F memory);

  /** Returns the bytes of all memory that was allocated and not given back to the system. */
  protected abstract long allocatedBytes();

  /** Gives memory that is kept for reuse back to the system: no scope is open any more. */
  protected abstract void trim();

  /**
   * Computes {@code count} products Cᵢ = Aᵢ·Bᵢ, on all processors. Bits depend neither on the
   * number of threads nor on {@code count}.
   *
   * @param form what is done to each
   * @param c distinct and apart from a and b
   */
  protected abstract void multiply(
      Product form, int count, Operand<F> a, Operand<F> b, Operand<F> c);

  /**
   * Computes a convolution. This method lays out patches and multiplies.
   *
   * @param form the sizes; none is 0
   * @param x [N, C, H, W]
   * @param weight [K, C / groups, kernelHeight, kernelWidth]
   * @param bias [K], or null
   * @param y gets [N, K, H′, W′]
   */
  protected void convolve(Convolution form, F x, F weight, @Nullable F bias, F y) {
    byProduct.apply(form, x, weight, bias, y);
  }

  @Override
  public final synchronized TensorScope newScope() {
    if (closed) {
      throw new IllegalStateException("the backend is closed");
    }
    CpuScope<F> scope = new CpuScope<>(this);
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
   * closes, nothing is kept, and this is 0 again.
   */
  @Override
  public final synchronized long memoryBytes() {
    return allocatedBytes() + hostBytes;
  }

  @Override
  public final void close() {
    List<CpuScope<F>> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(scopes);
    }
    open.forEach(CpuScope::close);
  }

  final synchronized F take(long elements) {
    return allocate(elements);
  }

  final synchronized void giveBack(F memory) {
    free(memory);
  }

  /** Counts memory of accumulators on the Java heap. */
  final synchronized void countHostBytes(long more) {
    hostBytes += more;
  }

  final synchronized void closed(CpuScope<F> scope) {
    scopes.remove(scope);
    if (scopes.isEmpty()) {
      trim();
    }
  }
}
