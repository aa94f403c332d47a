import { isPatientColumn, isPersonalColumn } from './personal-columns.js';

describe('columns that say who somebody is', () => {
  // prettier-ignore
  it.each([
    'PatientName', 'patient name', 'FirstName', 'last_name', 'Surname', 'DateOfBirth', 'dateofbirth', 'birthDate', 'DOB', 'hospital_number', 'NHSNumber', 'MRN',
    'AccessionNumber', 'StudyDate', 'StudyInstanceUID', 'Initials', 'ReferringPhysician', 'Vorname', 'Geburtsdatum', 'Prénom', 'E-mail', 'postal code', 'insurance no', 'record_id',
  ])('%s', (column) => expect(isPersonalColumn(column)).toBe(true));

  // prettier-ignore
  it.each(['age', 'sex', 'site', 'Vendor', 'slice thickness', 'kVp', 'Tesla', 'tumour stage', 'hospital', 'BMI', 'contrast', 'Grade', 'weight_kg', 'lesions'])(
    'and not %s',
    (column) => expect(isPersonalColumn(column)).toBe(false),
  );

  it('but for those that tell patients apart, which are sent as pseudonyms', () => {
    expect(['patient', 'Patient_ID', 'PatientID', 'subject-id', 'subject', 'patient name', 'PatientIDNumber'].filter(isPatientColumn)).toEqual(['patient', 'Patient_ID', 'PatientID', 'subject-id', 'subject']);
  });
});
