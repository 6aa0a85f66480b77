package com.example.pleas;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Tensors are float arrays. Several threads may use scopes of their own. */
final class PlainBackend implements TensorBackend {
  private final Set<PlainScope> scopes = ConcurrentHashMap.newKeySet();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean closed;

  @Override
  public String description() {
    return "plain loops, Java " + System.getProperty("java.version");
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
    PlainScope scope = new PlainScope(this);
    scopes.add(scope);
    return scope;
  }

  /** Counts memory that was taken, or given back if negative. */
  void count(long change) {
    bytes.addAndGet(change);
  }

  void closed(PlainScope scope) {
    scopes.remove(scope);
  }

  @Override
  public long memoryBytes() {
    return bytes.get();
  }

  @Override
  public void close() {
    closed = true;
    scopes.forEach(PlainScope::close);
  }
}
