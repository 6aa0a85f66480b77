package dev.pleas.tck;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.tensor.DType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

class BrokenFormatsTest extends BrokenSuite<CheckpointFormatProvider> {
  BrokenFormatsTest() {
    super("format", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends CheckpointFormatContract {
    private static CheckpointFormatProvider underTest;

    @Override
    protected CheckpointFormatProvider provider() {
      return underTest;
    }

    @Override
    protected Set<DType> dtypes() {
      return EnumSet.complementOf(EnumSet.of(DType.BOOL));
    }

    @Override
    protected boolean strict() {
      return true;
    }
  }

  private static Broken<CheckpointFormatProvider> broken(
      int rule, Supplier<CheckpointFormat> format, String text) {
    return new Broken<>("format" + rule, () -> TestProvider.format(format), text);
  }

  @Override
  List<Broken<CheckpointFormatProvider>> cases() {
    return List.of(
        broken(601, BrokenWriters::quietingNaNs, "special.F32, F32 [6]: expected byte 20 to be"),
        broken(
            602, BrokenReaders::scalarsAsVectors, "tensor shape []: type and shape in tensors()"),
        broken(603, BrokenReaders::strippingNames, "names written, and names read back"),
        broken(604, BrokenReaders::sortingNames, "expected the tensors in order [z.F64, "),
        broken(605, BrokenReaders::thousandTensors, "names written, and names read back"),
        broken(606, BrokenReaders::droppingEmpty, "metadata written, and metadata read back"),
        broken(607, BrokenReaders::signedBytes, "U8 with bits 0xc8 as float32"),
        broken(608, BrokenWriters::stampingTheTime, "two files written with the same arguments"),
        broken(609, BrokenWriters::bytesForBooleans, "does not list BOOL, but it was written"),
        broken(610, BrokenWriters::askingTwice, "tensors whose content was asked for"),
        broken(611, BrokenWriters::believingContent, "given as [3, 2], and was written"),
        broken(612, BrokenWriters::creatingOnly, "the file exists"),
        broken(613, BrokenWriters::writingInPlace, "the file was no longer as before"),
        broken(614, BrokenWriters::leavingLocks, "files left by a write that was given up"),
        broken(614, BrokenWriters::leavingBackups, "files after a write"),
        broken(615, BrokenWriters::makingFolders, "a folder that is missing must be refused"),
        broken(615, BrokenWriters::uncheckedIo, "a folder: expected a CheckpointException, found"),
        broken(616, BrokenWriters::neededParent, "has no parent"),
        broken(617, BrokenWriters::oneAtATime, "used by 4 threads at once"),
        broken(618, BrokenReaders::shortPath, "path() of an open checkpoint"),
        broken(619, BrokenOpeners::eager, "read headers only"),
        broken(
            620,
            BrokenReaders::noSuchElement,
            "stored() of a tensor that is not there: expected a CheckpointException, found"
                + " java.util.NoSuchElementException"),
        broken(621, BrokenReaders::mutableTensors, "tensors() after a caller cleared the map"),
        broken(622, BrokenReaders::oneBuffer, "stored tensors changed when others were read"),
        broken(623, BrokenReaders::oneHandle, "a file was opened twice and closed once"),
        broken(624, BrokenReaders::oneReaderAtATime, "used by 4 threads at once"),
        broken(625, BrokenReaders::closingOnce, "close() must do nothing the second time"),
        broken(626, BrokenReaders::neverClosed, "read() worked after close()"),
        broken(
            627,
            BrokenOpeners::uncheckedIo,
            "opening a file that is missing: expected a CheckpointException, found"),
        broken(628, BrokenOpeners::emptyFiles, "opening an empty file must be refused"),
        broken(628, BrokenOpeners::anonymous, "the message must name "),
        broken(629, BrokenOpeners::truncatedFiles, "must be refused, or give everything back"),
        broken(630, BrokenOpeners::rawExceptions, "expected a CheckpointException, found java."),
        broken(631, BrokenOpeners::trustingLengths, "compare every length with what is there"),
        broken(632, BrokenOpeners::blind, "recognizes() is false for "),
        broken(633, BrokenOpeners::byName, "renamed to weights"),
        broken(634, BrokenOpeners::greedy, "recognizes() is true for a file that is missing"),
        broken(635, BrokenOpeners::frightened, "recognizes() must answer true or false for a"),
        broken(636, BrokenWriters::modest, "writes() is false, so write() must throw this"));
  }
}
