/** Words in the name of a column that says who somebody is, or when and where exactly something was done to him. */
const PERSONAL = new Set(
  // prettier-ignore
  [
    'name', 'names', 'firstname', 'lastname', 'surname', 'forename', 'given', 'family', 'maiden', 'initials', 'first', 'last',
    'birth', 'birthdate', 'birthday', 'dob', 'born', 'date', 'datetime', 'day',
    'id', 'ids', 'uid', 'uuid', 'identifier', 'number', 'nr', 'mrn', 'nhs', 'nhi', 'chi', 'ssn', 'accession', 'record', 'insurance', 'passport',
    'address', 'street', 'postcode', 'postal', 'zip', 'phone', 'telephone', 'mobile', 'email', 'mail',
    'physician', 'doctor', 'surgeon', 'radiologist', 'operator', 'referring',
    'vorname', 'nachname', 'geburt', 'geburtsdatum', 'geburtstag', 'datum', 'nummer', 'patientennummer', 'versicherung', 'anschrift', 'strasse', 'plz', 'telefon', 'arzt',
    'nom', 'prenom', 'naissance', 'adresse', 'nombre', 'apellido', 'nacimiento', 'fecha', 'nome', 'cognome', 'nascita', 'indirizzo',
  ],
);

/** Words that the names above end with when written together: `patientid`, `dateofbirth`. */
const ENDINGS = /(name|birth|birthdate|number|mrn|uid|patientid|subjectid|caseid|studyid|accession|address|email|phone)$/;

/**
 * Whether a column of a clinical table seems to say who somebody is. `PatientID`, `first_name`, `Date of birth` and
 * `Geburtsdatum` are one kind; a name by itself proves nothing, so whoever sends a table is shown all columns besides.
 */
export function isPersonalColumn(column: string): boolean {
  const plain = column.normalize('NFD').replace(/\p{M}/gu, '');
  const words = plain
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.some((word) => PERSONAL.has(word) || ENDINGS.test(word));
}

/** Columns that tell patients apart, by other names. */
export function isPatientColumn(column: string): boolean {
  return /^(patient|subject)[ _-]?(id)?$/i.test(column);
}
