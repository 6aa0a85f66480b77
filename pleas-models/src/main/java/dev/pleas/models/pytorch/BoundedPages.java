package dev.pleas.models.pytorch;

import dev.pleas.models.file.CheckpointFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * A file as seen by a reader that takes it in small pieces and believes what it says: read page by
 * page, and only so many pages. Closing it leaves the file open.
 */
final class BoundedPages implements SeekableByteChannel {
  private static final int PAGE_BYTES = 1 << 16;

  private final FileChannel file;
  private final long maxBytes;
  private long read;
  private long position;
  private long pageStart;
  private ByteBuffer page = ByteBuffer.allocate(0);

  /**
   * @param maxBytes how much may be read before reading fails
   */
  BoundedPages(FileChannel file, long maxBytes) {
    this.file = file;
    this.maxBytes = maxBytes;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (position >= size()) {
      return -1;
    }
    if (position < pageStart || position >= pageStart + page.limit()) {
      load(position - position % PAGE_BYTES);
    }
    int from = (int) (position - pageStart);
    int length = Math.min(target.remaining(), page.limit() - from);
    if (length <= 0) {
      return target.hasRemaining() ? -1 : 0;
    }
    target.put(page.slice(from, length));
    position += length;
    return length;
  }

  private void load(long start) throws IOException {
    page = CheckpointFile.bytes(file, start, (int) Math.min(PAGE_BYTES, size() - start));
    pageStart = start;
    read += page.limit();
    if (read > maxBytes) {
      throw new IOException("its directory takes more than " + maxBytes + " bytes");
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) {
    if (newPosition < 0) {
      throw new IllegalArgumentException("negative position " + newPosition);
    }
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  @Override
  public void close() {
    // the file belongs to the caller
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }
}
