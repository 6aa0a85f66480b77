@echo off
rem Runs PLeaS from its sources: builds the distribution on first use, or when a source is newer than it,
rem and hands over to the distribution's own launcher. Needs a JDK 17 or newer and Maven.
setlocal EnableExtensions DisableDelayedExpansion

set "PLEAS_ROOT=%~dp0"
set "PLEAS_TARGET=%PLEAS_ROOT%pleas-cli\target"
set "PLEAS_STAMP=%PLEAS_TARGET%\dist\.built"

if not exist "%PLEAS_STAMP%" (
  set "PLEAS_WHY=building the distribution; the first time this takes minutes, as Maven fetches about 200 MB ..."
  goto build
)
if not exist "%PLEAS_TARGET%\dist\pleas\bin\pleas.bat" (
  set "PLEAS_WHY=building again, as the distribution is incomplete ..."
  goto build
)
powershell -NoProfile -Command "$t = (Get-Item $env:PLEAS_STAMP).LastWriteTimeUtc; $r = $env:PLEAS_ROOT; $p = @(\"$r\pleas-*\src\main\", \"$r\pleas-*\pom.xml\", \"$r\pom.xml\", \"$r\LICENSE\", \"$r\README.md\", \"$r\examples\") | Where-Object { Test-Path $_ }; if (Get-ChildItem -Path $p -Recurse | Where-Object { $_.LastWriteTimeUtc -gt $t -and -not $_.FullName.StartsWith(\"$r\examples\custom-backend\") } | Select-Object -First 1) { exit 1 }"
if not errorlevel 1 goto run
set "PLEAS_WHY=building again, as the sources have changed ..."

:build
if defined JAVA_HOME (
  if not exist "%JAVA_HOME%\bin\javac.exe" (
    echo pleas: JAVA_HOME is "%JAVA_HOME%", which has no bin\javac.exe; building needs a JDK 17 or newer, a JRE cannot compile 1>&2
    exit /b 1
  )
) else (
  where /q javac.exe || (
    echo pleas: building needs a JDK 17 or newer, but there is no javac on PATH and JAVA_HOME is not set 1>&2
    exit /b 1
  )
)
where /q mvn || (
  echo pleas: building needs Maven 3.8 or newer, but there is no mvn on PATH; see https://maven.apache.org/install.html 1>&2
  exit /b 1
)
echo pleas: %PLEAS_WHY% 1>&2
if not exist "%PLEAS_TARGET%" mkdir "%PLEAS_TARGET%"
rem The stamp carries the time at which the build began: a source saved meanwhile counts as newer.
echo built> "%PLEAS_TARGET%\build.started"
call mvn -B -ntp -q -f "%PLEAS_ROOT%pom.xml" -pl pleas-cli -am -Dquick -Dmaven.test.skip package < nul > "%PLEAS_TARGET%\build.log" 2>&1
if errorlevel 1 (
  type "%PLEAS_TARGET%\build.log" 1>&2
  echo pleas: the build failed; Maven's output is above, and in "%PLEAS_TARGET%\build.log" 1>&2
  exit /b 1
)
move /y "%PLEAS_TARGET%\build.started" "%PLEAS_STAMP%" >nul

:run
call "%PLEAS_TARGET%\dist\pleas\bin\pleas.bat" %*
exit /b %ERRORLEVEL%
