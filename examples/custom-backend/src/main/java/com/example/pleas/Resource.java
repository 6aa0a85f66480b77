package com.example.pleas;

/** What belongs to a scope and ends with it or before: a tensor or an accumulator. */
abstract class Resource implements AutoCloseable {
  private final PlainScope scope;
  private final long bytes;
  private boolean closed;

  Resource(PlainScope scope, long bytes) {
    this.scope = scope;
    this.bytes = bytes;
    scope.opened(this, bytes);
  }

  PlainScope scope() {
    return scope;
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  /** Drops the arrays. */
  abstract void free();

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      scope.closed(this, bytes);
      free();
    }
  }
}
