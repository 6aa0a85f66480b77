package dev.pleas.tck.reference;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The tensor backend that the contract describes: {@link Plain}'s operations in float64, rounded to
 * float32 once, with every check of shapes, lifetimes and ownership. Slow, and obviously right. Not
 * registered for {@link java.util.ServiceLoader}: tests make it themselves.
 */
public final class ReferenceBackend implements TensorBackend {
  private final Set<ReferenceScope> scopes = ConcurrentHashMap.newKeySet();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean closed;

  /** Makes a backend without scopes. */
  public ReferenceBackend() {}

  @Override
  public String description() {
    return "definitions in float64";
  }

  @Override
  public boolean concurrent() {
    return true;
  }

  @Override
  public TensorScope newScope() {
    if (closed) {
      throw new IllegalStateException("the backend is closed");
    }
    ReferenceScope scope = new ReferenceScope(this);
    scopes.add(scope);
    return scope;
  }

  @Override
  public long memoryBytes() {
    return bytes.get();
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(scopes).forEach(ReferenceScope::close);
  }

  void occupy(long more) {
    bytes.addAndGet(more);
  }

  void forget(ReferenceScope scope) {
    scopes.remove(scope);
  }
}
